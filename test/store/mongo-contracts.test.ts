import { openMongoStores } from './adapters.js';
import { contracts } from './contracts.js';
import { onMongoDB } from './mongo-server.js';

onMongoDB((server) => {
  for (const contract of contracts) contract('MongoDB', () => openMongoStores(server));
});
