import { atMost } from '../management/input-limits.js';
import { managementAudience } from '../model/management-api.js';
import { badInput } from '../model/management-error.js';

const audienceLimit = 10;
const lengthLimit = 255;
const simpleName = /^[A-Za-z0-9][A-Za-z0-9._~-]*$/;
/** With a scheme in front and without a fragment (RFC 3986 §4.3, RFC 8707 §2). */
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?[\]@!$&'()*+,;=%-]+$/;

/**
 * Whom access tokens are for: absolute URIs or simple names. The management API is not among them: its tokens get it from
 * the management scopes they hold, and from nothing else.
 * @throws ManagementError BAD_USER_INPUT on `audience` or `audience.<index>`
 */
export const checkedAudience = (audience: readonly string[], issuer: string): readonly string[] => {
  for (const [index, value] of atMost('audience', audience, audienceLimit).entries()) {
    if (!isAudience(value)) {
      throw badInput(
        `audience.${index}`,
        `Give an absolute URI without a fragment, or a name of letters, digits and . _ ~ -, of 1 to ${lengthLimit} characters.`,
      );
    }
    if (value === managementAudience(issuer)) {
      throw badInput(`audience.${index}`, 'The management API is the audience of management scopes alone.');
    }
  }
  return [...new Set(audience)];
};

const isAudience = (value: string): boolean => value.length <= lengthLimit && (simpleName.test(value) || isUri(value));

const isUri = (value: string): boolean => absoluteUri.test(value) && URL.canParse(value);
