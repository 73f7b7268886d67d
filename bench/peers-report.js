const cell = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const row = ({ name, ours, theirs, ratio }) =>
  `| ${[name, cell(ours.perSecond), cell(theirs.perSecond), ratio.toFixed(1), cell(ours.p99), cell(theirs.p99)].join(' | ')} |`;

/** docs/benchmarks-peers.md */
export const report = ({ date, machine, method, memory: [ours, theirs], results }) => `# Beside another server
\`npm run bench:peers\` writes this page. It installs oidc-provider 8.8.1, the newest line that supports Node 20, in \`bench/peers\` and asks both servers the same.

- ${date}; ${machine}; ${method}; plain HTTP on loopback.
- Tallygate writes every opaque token to disk before it answers. oidc-provider runs with the store in memory that it comes with: it forgets all tokens at its end and pays for no disk.
- Resident memory after the run: Tallygate ${ours?.resident ?? '?'} MB, oidc-provider ${theirs?.resident ?? '?'} MB.

| request | Tallygate, per second | oidc-provider, per second | times | Tallygate p99 ms | oidc-provider p99 ms |
|---|---|---|---|---|---|
${results.map(row).join('\n')}
`;
