import { atMost, singleLine, visible } from '../management/input-limits.js';
import type { Label } from '../model/application.js';
import { badInput } from '../model/management-error.js';

const labelLimit = 20;
export const labelKeyLength = 63;
export const labelValueLength = { min: 0, max: 255 };
const labelKey = new RegExp(`^[A-Za-z0-9._/-]{1,${labelKeyLength}}$`);

/**
 * At most 20 labels, each key once.
 * @throws ManagementError BAD_USER_INPUT on `labels` or `labels.<index>.key` or `.value`
 */
export const checkedLabels = (labels: readonly Label[]): readonly Label[] => {
  const keys = new Set<string>();
  return atMost('labels', labels, labelLimit).map(({ key, value }, index) => {
    const field = `labels.${index}`;
    if (!labelKey.test(key)) throw badInput(`${field}.key`, 'Give 1 to 63 letters, digits or any of . _ / -');
    if (keys.has(key)) throw badInput(`${field}.key`, 'Give each key once.');
    keys.add(key);
    return { key, value: checkedValue(`${field}.value`, value) };
  });
};

/** Empty, or something that does not look empty. */
const checkedValue = (field: string, value: string): string => {
  const checked = singleLine(field, value, labelValueLength);
  return checked === '' ? checked : visible(field, checked);
};
