import type { Connection } from './connection.js';
import { applicationId } from './inspect-file.js';
import { migrations } from './migrations/migrations.js';

/**
 * Brings a file from a version to the newest, one transaction for each step with its number: killed at any instant, the file is at the
 * one version or at the next.
 */
export const migrate = (connection: Connection, version: number): void => {
  migrations.slice(version).forEach((migration, index) => {
    connection.exec('BEGIN IMMEDIATE');
    connection.exec(migration);
    connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + index + 1}`);
    connection.exec('COMMIT');
  });
};
