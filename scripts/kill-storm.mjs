// Kills the server again and again while clients work, and finds out whether anything that was acknowledged is lost or comes back:
//   node scripts/kill-storm.mjs [kills = 20] [sqlite | mongodb]
// Needs a build. mongodb: two servers over the MongoDB of TALLYGATE_TEST_MONGODB_URL. Prints its findings as JSON; the exit status is 1 when
// there is a violation.
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { check, spendFamilies } from './kill-storm/checks.mjs';
import { createHistory, violate } from './kill-storm/history.mjs';
import { openServers } from './kill-storm/servers.mjs';
import { addApplications, addUsers, managementToken } from './kill-storm/setup.mjs';
import { work } from './kill-storm/work.mjs';

/** So many that the last kills meet first logins too. */
const usersFor = (kills) => 40 + Math.min(30 * kills, 1500);
const laneCount = 10;
/** Of the load between two kills. */
const [shortestMillis, longestMillis] = [200, 1500];
const betweenTriesMillis = 20;
const insistMillis = 60_000;

const random = () => randomInt(2 ** 32) / 2 ** 32;
const oneOf = (items) => items[randomInt(items.length)];

/** Asks one server or another until there is an answer, for a minute. */
const insister = (servers) => async (ask) => {
  for (const end = Date.now() + insistMillis; Date.now() < end;) {
    const answer = await ask(oneOf(servers).url);
    if (answer !== undefined) return answer;
    await pause(betweenTriesMillis);
  }
  return undefined;
};

/** Lanes that work whenever they may. */
const startLanes = (history, servers, token) => {
  const state = { mayWork: true, isOver: false, working: 0 };
  const insist = insister(servers);
  const lane = async () => {
    while (!state.isOver) {
      if (!state.mayWork) {
        await pause(betweenTriesMillis);
        continue;
      }
      state.working += 1;
      await work({ history, random, token, insist, url: oneOf(servers).url });
      state.working -= 1;
    }
  };
  const lanes = Array.from({ length: laneCount }, lane);
  return {
    resume: () => void (state.mayWork = true),
    pause: () => void (state.mayWork = false),
    idle: async () => {
      while (state.working > 0) await pause(1);
    },
    stop: async () => {
      state.isOver = true;
      await Promise.all(lanes);
    },
  };
};

const percentile = (sorted, part) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);

/** Kills one server, or all of them, while the lanes work; the milliseconds until each answered again. */
const killSome = async (servers, lanes) => {
  await pause(shortestMillis + randomInt(longestMillis - shortestMillis));
  const victims = randomInt(4) === 0 ? servers : [oneOf(servers)];
  const killed = victims.map((victim) => victim.kill());
  lanes.pause();
  await Promise.all(killed);
  const restarts = [];
  for (const victim of victims) restarts.push(await victim.start());
  await lanes.idle();
  return restarts;
};

const storm = async (kills, mongodbUrl) => {
  const { servers, databaseUrl, close } = await openServers(mongodbUrl);
  const restarts = [];
  try {
    const users = await addUsers(databaseUrl, usersFor(kills));
    for (const server of servers) await server.start();
    const [{ url }] = servers;
    const token = await managementToken(url);
    const history = createHistory(users, await addApplications(url, token));
    const lanes = startLanes(history, servers, token);
    let undelivered = 0; // at most, after any of the kills
    for (let kill = 1; kill <= kills; kill += 1) {
      restarts.push(...(await killSome(servers, lanes)));
      const context = { history, random, token, url: oneOf(servers).url, isWhole: kill === kills };
      undelivered = Math.max(undelivered, await check(context));
      if (kill < kills) lanes.resume();
    }
    await lanes.stop();
    await spendFamilies({ history, url: oneOf(servers).url }).catch((error) =>
      violate(history, 'the end failed', `${error}`),
    );
    return { history, undelivered, restarts };
  } finally {
    await close();
  }
};

const report = ({ history, undelivered, restarts }, kills) => {
  const sorted = [...restarts].sort((a, b) => a - b);
  const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);
  return {
    kills,
    acknowledged: { all: sum(history.acknowledged), ...history.acknowledged },
    unanswered: { all: sum(history.unanswered), ...history.unanswered },
    countedUndeliveredAtMost: undelivered,
    restartToFirstTokenMillis: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    violations: history.violations.length,
    found: history.violations.slice(0, 20),
  };
};

const [kills = '20', store = 'sqlite'] = process.argv.slice(2);
const mongodbUrl = store === 'mongodb' ? process.env.TALLYGATE_TEST_MONGODB_URL : undefined;
if (!/^[1-9]\d{0,4}$/.test(kills) || (store !== 'sqlite' && mongodbUrl === undefined)) {
  process.stderr.write(
    'usage: node scripts/kill-storm.mjs [kills] [sqlite | mongodb with TALLYGATE_TEST_MONGODB_URL]\n',
  );
  process.exitCode = 64;
} else {
  const findings = report(await storm(Number(kills), mongodbUrl), Number(kills));
  process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  process.exitCode = findings.violations === 0 ? 0 : 1;
}
