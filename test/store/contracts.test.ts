import { openSqliteStores } from './adapters.js';
import { contracts } from './contracts.js';

for (const contract of contracts) contract('SQLite', openSqliteStores);
