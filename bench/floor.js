// The floor: bare Koa that reads and parses the form and answers the bytes it was started with. `node bench/floor.js PORT`, body on stdin.
import Koa from 'koa';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answer = Buffer.concat(chunks).toString('utf8');

const formOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
};

const app = new Koa();
app.use(async (context) => {
  const form = await formOf(context.req);
  context.status = form.has('grant_type') || form.has('token') ? 200 : 400;
  context.set({ 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' });
  context.body = answer;
});
app.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
