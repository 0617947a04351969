// Runs the official Genesys Cloud SDK for JavaScript, unchanged but for the host, through the work
// that Evenkeel does, against the simulator's platform dialect. Each step prints "ok" or "FAILED"
// with what was expected; the program exits with 1 when a step failed.
//
// usage: NODE_PATH=.../node_modules node sdk_test.js SIMULATOR SCENARIO
'use strict';
const assert = require('assert');
const {spawn} = require('child_process');
const sdk = require('purecloud-platform-client-v2');

const [binary, scenario] = process.argv.slice(2);
const client = sdk.ApiClient.instance;
client.config.setConfigPath('');  // not the user's own configuration
client.config.logger.log_level = 'LNone';
client.setReturnExtendedResponses(true);
const queues = {
  english: '5a1e0000-0000-4000-8000-000000000401',
  french: '5a1e0000-0000-4000-8000-000000000402',
  outbound: '5a1e0000-0000-4000-8000-000000000403',
  chat: '5a1e0000-0000-4000-8000-000000000404',
};
const english = '5a1e0000-0000-4000-8000-000000000501';
const french = '5a1e0000-0000-4000-8000-000000000502';
const campaign = '5a1e0000-0000-4000-8000-000000000701';
const agent = (n) => `5a1e0000-0000-4000-8000-0000000009${String(n).padStart(2, '0')}`;
const nobody = '5a1e0000-0000-4000-8000-0000000000ff';

const users = new sdk.UsersApi();
const routing = new sdk.RoutingApi();
const presence = new sdk.PresenceApi();
const analytics = new sdk.AnalyticsApi();
const outbound = new sdk.OutboundApi();
const gamification = new sdk.GamificationApi();
const organization = new sdk.OrganizationApi();
const workforce = new sdk.WorkforceManagementApi();
const tokens = new sdk.TokensApi();

const simulators = [];
let failed = 0;
let passed = 0;

// Starts a simulator on a free port and points the SDK's login and API hosts at it.
async function start(...more) {
  const child = spawn(binary, ['--dialect', 'platform', '--listen', '127.0.0.1:0', '--scenario',
                               scenario, ...more], {stdio: ['ignore', 'pipe', 'inherit']});
  simulators.push(child);
  const port = await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      const found = text.match(/listening on http:\/\/[^:]+:(\d+)/);
      if (found) resolve(Number(found[1]));
    });
  });
  client.config.setGateway({host: '127.0.0.1', protocol: 'http', port});
}

async function step(name, run) {
  try {
    await run();
    ++passed;
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    const told = error.body ? `${error.status} ${JSON.stringify(error.body)}`
                            : String(error.message || error);
    console.log(`FAILED  ${name}: ${told.replace(/\s+/g, ' ')}`);
  }
}

// The body of a call that must succeed with one of these statuses.
async function good(call, ...statuses) {
  const answer = await call;
  const wanted = statuses.length > 0 ? statuses : [200];
  assert.ok(wanted.includes(answer.status), `expected status ${wanted}, got ${answer.status}`);
  return answer.body;
}

// The answer of a call that must fail with this status.
async function refused(call, status) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    assert.strictEqual(error.status, status,
                       `expected status ${status}, got ${error.status}: ${error.message}`);
    return error;
  }
  assert.fail(`expected status ${status}, got ${answer.status}`);
}

// Asks again and again until `holds`; the simulator's clock runs fast.
async function until(what, ask, holds) {
  for (let tries = 0; tries < 200; ++tries) {
    if (holds(await ask())) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`expected ${what} within 10 s`);
}

// "from/to": the centre's life so far, by its own clock.
async function interval() {
  const me = await good(tokens.getTokensMe());
  const now = new Date(me.dateTokenIdles).getTime() - 24 * 3600 * 1000;
  return [now - 3 * 3600 * 1000, now + 3600 * 1000].map((at) => new Date(at).toISOString())
      .join('/');
}

async function readSteps() {
  await step('login with client credentials', async () => {
    const data = await client.loginClientCredentialsGrant('evenkeel-demo', 'evenkeel-demo');
    assert.ok(data.accessToken, 'expected an access token');
    assert.ok(data.tokenExpiryTime > Date.now(), 'expected an expiry in the future');
    const me = await good(tokens.getTokensMe());
    assert.strictEqual(me.organization.name, 'sdk gate');
    const organizationMe = await good(organization.getOrganizationsMe());
    assert.strictEqual(organizationMe.id, me.organization.id);
  });
  await step('users with skills, presence and status, page by page', async () => {
    const seen = new Map();
    for (let pageNumber = 1, pages = 1; pageNumber <= pages; ++pageNumber) {
      const page = await good(users.getUsers({
        pageSize: 10, pageNumber, expand: ['skills', 'languages', 'presence', 'routingStatus'],
      }));
      pages = page.pageCount;
      for (const user of page.entities) seen.set(user.id, user);
    }
    assert.strictEqual(seen.size, 24);
    const user = seen.get(agent(1));
    assert.deepStrictEqual(user.skills.map((skill) => [skill.id, skill.proficiency]),
                           [[english, 4], [french, 2.5]]);
    assert.ok(['OnQueue', 'Break'].includes(user.presence.presenceDefinition.systemPresence));
    assert.ok(user.routingStatus.status);
    const two = await good(users.getUsers({id: [agent(1), agent(2)]}));
    assert.strictEqual(two.entities.length, 2, 'expected the comma-joined ids to find two users');
  });
  await step('queues, wrap-up codes, skills, presence definitions, limits', async () => {
    const page = await good(routing.getRoutingQueues({pageSize: 100}));
    assert.deepStrictEqual(page.entities.map((queue) => queue.name),
                           ['Chat', 'English', 'French', 'Outbound']);
    const queue = await good(routing.getRoutingQueue(queues.english));
    const rings = queue.bullseye.rings.map((ring) => ring.expansionCriteria[0].threshold);
    assert.deepStrictEqual(rings, [15, 10, 5]);
    const codes = await good(routing.getRoutingWrapupcodes({}));
    assert.strictEqual(codes.total, 2);
    assert.ok((await good(routing.getRoutingQueueWrapupcodes(queues.outbound))).total >= 1);
    assert.strictEqual((await good(routing.getRoutingSkills({}))).total, 2);
    assert.ok((await good(presence.getPresenceDefinitions0({}))).total >= 9);
    const limits = await good(organization.getOrganizationsLimitsNamespace('platform.api'));
    const perMinute =
        limits.entities.find((limit) => limit.key === 'client.credentials.token.rate.per.minute');
    assert.strictEqual(perMinute.value, 100000);
  });
  await step('members with expands and filters', async () => {
    const page = await good(routing.getRoutingQueueMembers(queues.english, {
      pageSize: 100, expand: ['skills', 'presence', 'routingStatus', 'conversationSummary'],
    }));
    assert.strictEqual(page.entities.length, 16);
    assert.strictEqual(page.total, undefined);
    assert.strictEqual(page.entities[0].ringNumber, 1);
    assert.strictEqual(page.entities[0].user.skills.length, 2);
    const none = await good(routing.getRoutingQueueMembers(queues.french, {joined: true}));
    assert.strictEqual(none.entities.length, 0);
  });
  await step('adherence and next activities', async () => {
    const found = await good(workforce.getWorkforcemanagementAdherence([agent(1), agent(2)]));
    assert.strictEqual(found.length, 2);
    assert.strictEqual(found[0].user.id, agent(1));
    assert.ok(['OnQueueWork', 'Break'].includes(found[0].scheduledActivityCategory));
    assert.ok(found[0].nextActivityReminders.length >= 1);
  });
}

async function analyticsSteps() {
  const byQueue = (...ids) => ({
    type: 'or',
    predicates: ids.map((value) => ({type: 'dimension', dimension: 'queueId', value})),
  });
  await step('queue observations', async () => {
    const ask = () => good(analytics.postAnalyticsQueuesObservationsQuery({
      filter: byQueue(...Object.values(queues)),
      metrics: ['oInteracting', 'oWaiting', 'oOnQueueUsers', 'oUserRoutingStatuses'],
      detailMetrics: ['oInteracting'],
    }));
    await until('conversations in voice and chat', ask, (answer) => {
      const media = answer.results.filter(
          (result) => result.data.some((data) => data.metric === 'oInteracting'))
          .map((result) => result.group.mediaType);
      return media.includes('voice') && media.includes('chat');
    });
  });
  await step('routing activity', async () => {
    const answer = await good(analytics.postAnalyticsRoutingActivityQuery({
      metrics: [{metric: 'oUserRoutingStatuses', details: true}], groupBy: ['queueId'],
    }, {pageSize: 100, pageNumber: 1}));
    assert.strictEqual(answer.results.length, 4);
    assert.strictEqual(answer.results[0].entities[0].userId.length, 36);
  });
  await step('conversation aggregates', async () => {
    await until('handled contacts of an agent', async () => good(
        analytics.postAnalyticsConversationsAggregatesQuery({
          interval: await interval(), groupBy: ['userId', 'queueId', 'mediaType'],
          metrics: ['tTalk', 'tHeld', 'tAcw', 'tHandle', 'nConnected'],
          filter: byQueue(queues.english),
        })),
        (answer) => (answer.results || []).some((result) => result.group.userId &&
            result.data[0].metrics.some((metric) => metric.metric === 'tHandle' &&
                                                    metric.stats.count > 0)));
  });
  await step('agent status, users aggregates and details', async () => {
    const states = await good(analytics.postAnalyticsAgentsStatusQuery({
      userFilter: {type: 'or', predicates: [1, 2, 3].map(
          (n) => ({type: 'dimension', dimension: 'userId', value: agent(n)}))},
    }));
    assert.strictEqual(states.entities.length, 3);
    assert.ok(states.entities[0].systemPresence);
    const predicate = {type: 'dimension', dimension: 'userId', value: agent(1)};
    const aggregates = await good(analytics.postAnalyticsUsersAggregatesQuery({
      interval: await interval(), groupBy: ['userId'], metrics: ['tAgentRoutingStatus'],
      filter: {type: 'or', predicates: [predicate]},
    }));
    assert.ok(aggregates.results[0].data[0].metrics.length >= 1);
    const details = await good(analytics.postAnalyticsUsersDetailsQuery({
      interval: await interval(), userFilters: [{type: 'or', predicates: [predicate]}],
    }));
    assert.strictEqual(details.userDetails[0].userId, agent(1));
    assert.ok(details.userDetails[0].routingStatus.length >= 1);
  });
  await step('conversation details of the campaign', async () => {
    await until('an ended call of the campaign with after-call work', async () => good(
        analytics.postAnalyticsConversationsDetailsQuery({
          interval: await interval(), order: 'desc', orderBy: 'conversationStart',
          paging: {pageSize: 100, pageNumber: 1},
          segmentFilters: [{type: 'and', predicates: [
            {type: 'dimension', dimension: 'outboundCampaignId', value: campaign}]}],
        })),
        (answer) => (answer.conversations || []).some(
            (conversation) => conversation.participants.some(
                (participant) => participant.purpose === 'agent' && participant.sessions.some(
                    (session) => session.outboundCampaignId === campaign &&
                        session.metrics.some((metric) => metric.name === 'tAcw' &&
                                                         metric.value === 25000)))));
  });
}

async function writeSteps() {
  await step('join and leave, asynchronously', async () => {
    const member = async (queue) => (await good(
        routing.getRoutingQueueMembers(queue, {pageSize: 100}))).entities.find(
        (entity) => entity.id === agent(1));
    const change = (queue, joined) => good(routing.patchRoutingQueueMembers(
        queue, [{id: agent(1), joined}]), 202);
    await change(queues.french, true);
    await until('the member to have joined', () => member(queues.french), (m) => m.joined);
    await good(routing.patchRoutingQueueMember(queues.french, agent(1), {joined: false}), 202);
    await until('the member to have left', () => member(queues.french), (m) => !m.joined);
    await good(routing.patchRoutingQueueMember(queues.english, agent(1), {ringNumber: 3}), 202);
    assert.strictEqual((await member(queues.english)).ringNumber, 3);
    await good(routing.postRoutingQueueMembers(queues.outbound, [{id: agent(1)}]), 204);
    assert.strictEqual((await member(queues.outbound)).joined, false);
    await good(routing.postRoutingQueueMembers(queues.outbound, [{id: agent(1)}],
                                               {_delete: true}), 204);
    assert.strictEqual(await member(queues.outbound), undefined);
  });
  await step('queue PUT with rings: what is read, changed and written back', async () => {
    const queue = await good(routing.getRoutingQueue(queues.english));
    queue.bullseye.rings[0].expansionCriteria[0].threshold = 12.5;
    queue.acwSettings = {wrapupPrompt: 'MANDATORY_TIMEOUT', timeoutMs: 30000};
    const written = await good(routing.putRoutingQueue(queues.english, queue));
    assert.strictEqual(written.bullseye.rings[0].expansionCriteria[0].threshold, 12.5);
    const read = await good(routing.getRoutingQueue(queues.english));
    assert.deepStrictEqual(read.bullseye, queue.bullseye);
    assert.deepStrictEqual(read.acwSettings, queue.acwSettings);
    assert.deepStrictEqual(read.mediaSettings, queue.mediaSettings);
    assert.ok(read.dateModified);
  });
  await step('skills and a record with its version', async () => {
    await good(users.patchUserRoutingskillsBulk(agent(2), [{id: french, proficiency: 5}]));
    const skills = await good(users.getUserRoutingskills(agent(2), {}));
    assert.deepStrictEqual(skills.entities.map((skill) => skill.proficiency), [4, 5]);
    const user = await good(users.getUser(agent(2), {}));
    const changed = await good(users.patchUser(agent(2), {version: user.version,
                                                          department: 'Night'}));
    assert.strictEqual(changed.department, 'Night');
    const conflict = await refused(users.patchUser(agent(2), {version: user.version}), 409);
    assert.strictEqual(conflict.body.code, 'general.conflict');
  });
  await step('utilization: own, and the organization\'s again', async () => {
    const before = await good(routing.getRoutingUserUtilization(agent(3)));
    assert.strictEqual(before.level, 'Organization');
    const own = await good(routing.putRoutingUserUtilization(
        agent(3), {utilization: {call: {maximumCapacity: 0, includeNonAcd: true}}}));
    assert.strictEqual(own.level, 'Agent');
    assert.strictEqual(own.utilization.call.maximumCapacity, 0);
    assert.strictEqual(own.utilization.chat.maximumCapacity, 4);
    await good(routing.deleteRoutingUserUtilization(agent(3)), 204);
    assert.deepStrictEqual(await good(routing.getRoutingUserUtilization(agent(3))), before);
    await good(routing.getRoutingUtilization());
  });
  await step('presence: set, seen in bulk, and back', async () => {
    const definitions = (await good(presence.getPresenceDefinitions0({}))).entities;
    const id = (name) => definitions.find((one) => one.systemPresence === name).id;
    const set = await good(presence.patchUserPresencesPurecloud(
        agent(4), {presenceDefinition: {id: id('Meeting')}, message: 'coaching'}));
    assert.strictEqual(set.presenceDefinition.systemPresence, 'Meeting');
    const bulk = await good(presence.getUsersPresencesPurecloudBulk({id: [agent(4), agent(5)]}));
    assert.strictEqual(bulk.length, 2);
    assert.strictEqual(bulk[0].message, 'coaching');
    await good(presence.putUsersPresencesBulk(
        [{id: agent(4), presenceDefinition: {id: id('OnQueue')}}]));
    const after = await good(presence.getUserPresencesPurecloud(agent(4)));
    assert.strictEqual(after.presenceDefinition.id, id('OnQueue'));
  });
  await step('external metrics: definition and data', async () => {
    const definition = await good(gamification.postEmployeeperformanceExternalmetricsDefinitions({
      body: {name: 'Fair share', unit: 'Number', precision: 2, enabled: true,
             defaultObjectiveType: 'HigherIsBetter'}}));
    const dateOccurred = '2024-05-15';
    const answer = await good(gamification.postEmployeeperformanceExternalmetricsData({body: {
      items: [
        {userId: agent(1), metricId: definition.id, dateOccurred, value: 87.25, type: 'Total'},
        {userId: nobody, metricId: definition.id, dateOccurred, value: 1},
      ]}}));
    assert.deepStrictEqual(answer.processedEntities.map((item) => [item.userId, item.totalValue]),
                           [[agent(1), 87.25]]);
    assert.strictEqual(answer.unprocessedEntities.length, 1);
    assert.ok(answer.unprocessedEntities[0].message);
    const listing = await good(gamification.getEmployeeperformanceExternalmetricsDefinitions({}));
    assert.strictEqual(listing.total, 1);
    await good(gamification.deleteEmployeeperformanceExternalmetricsDefinition(definition.id), 204);
  });
  await step('campaign: list, stats, progress, PATCH, PUT with version', async () => {
    const listing = await good(outbound.getOutboundCampaigns({pageSize: 100}));
    assert.deepStrictEqual(listing.entities.map((one) => one.id), [campaign]);
    await until('attempts and connects', () => good(outbound.getOutboundCampaignStats(campaign)),
                (stats) => stats.contactRate.attempts > 10 && stats.contactRate.connects > 3 &&
                    stats.contactRate.connectRatio > 0);
    const progress = await good(outbound.getOutboundCampaignProgress(campaign));
    assert.strictEqual(progress.campaign.id, campaign);
    assert.ok(progress.numberOfContactsCalled > 0);
    await good(outbound.patchOutboundCampaign(campaign, {maxCallsPerAgent: 3.5}), 202, 204);
    const one = await good(outbound.getOutboundCampaign(campaign));
    assert.strictEqual(one.maxCallsPerAgentDecimal, 3.5);
    const settings = await good(outbound.getOutboundSettings());
    assert.ok(settings.maxConfigurableCallsPerAgent >= 3.5);
    one.maxCallsPerAgentDecimal = 2.25;
    const written = await good(outbound.putOutboundCampaign(campaign, one,
                                                            {useMaxCallsPerAgentDecimal: true}));
    assert.strictEqual(written.maxCallsPerAgentDecimal, 2.25);
    assert.strictEqual(written.version, one.version + 1);
    const stale = await refused(outbound.putOutboundCampaign(campaign, one), 409);
    assert.strictEqual(stale.body.code, 'invalid.update.wrong.version');
    const mappings = await good(outbound.getOutboundWrapupcodemappings());
    assert.strictEqual(Object.keys(mappings.mapping).length, 2);
    assert.strictEqual((await good(outbound.getOutboundCampaignrules({}))).total, 0);
  });
}

async function errorSteps() {
  await step('errors: 404, 400 and 403 with a body, 401', async () => {
    const missing = await refused(users.getUser(nobody, {}), 404);
    assert.strictEqual(missing.body.code, 'not.found');
    assert.strictEqual(missing.body.status, 404);
    assert.ok(missing.body.contextId);
    assert.strictEqual(missing.headers['inin-correlation-id'], missing.body.contextId);
    const bad = await refused(routing.patchRoutingQueueMembers(
        queues.english, [{id: agent(1), joined: true, shoe: 4}]), 400);
    assert.deepStrictEqual(bad.body.details.map((detail) => detail.fieldName), ['$[0].shoe']);
    await client.loginClientCredentialsGrant('evenkeel-readonly', 'evenkeel-readonly');
    const forbidden = await refused(
        outbound.patchOutboundCampaign(campaign, {maxCallsPerAgent: 2}), 403);
    assert.strictEqual(forbidden.body.code, 'missing.any.permissions');
    assert.ok(forbidden.body.message.includes('outbound:campaign:edit'));
    client.setAccessToken('nonsense');
    const stranger = await refused(tokens.getTokensMe(), 401);
    assert.strictEqual(stranger.body.code, 'bad.credentials');
  });
  await step('rate limit: headers on every answer, then 429 with Retry-After', async () => {
    await start('--rate-limit', '5');
    await client.loginClientCredentialsGrant('evenkeel-demo', 'evenkeel-demo');
    for (let used = 1; used <= 5; ++used) {
      const answer = await tokens.getTokensMe();
      assert.strictEqual(answer.headers['inin-ratelimit-allowed'], '5');
      assert.strictEqual(answer.headers['inin-ratelimit-count'], String(used));
      assert.ok(Number(answer.headers['inin-ratelimit-reset']) > 0);
    }
    const limited = await refused(tokens.getTokensMe(), 429);
    assert.strictEqual(limited.body.code, 'too.many.requests.retry.after');
    const wait = Number(limited.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, `expected Retry-After of 1 to 60, got ${wait}`);
  });
}

async function main() {
  await start('--clock-factor', '60', '--seed', '7', '--rate-limit', '100000');
  await readSteps();
  await analyticsSteps();
  await writeSteps();
  await errorSteps();
  console.log(`${passed} passed, ${failed} failed`);
}

main().catch((error) => {
  ++failed;
  console.log(`FAILED  ${error.stack}`);
}).finally(() => {
  for (const child of simulators) {
    child.removeAllListeners('exit');
    child.kill();
  }
  process.exitCode = failed > 0 ? 1 : 0;
});
