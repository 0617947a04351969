"""The guides' clients against the simulator's guide dialect: apart from the host's name and one repair
they are as the guides print them. usage: guide_clients_test.py PROGRAM

The centre stands still two hours after its beginning, so that what two requests tell must agree."""

import datetime
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

import httpx
import requests

import guide1_client as guide1
import guide2_client as guide2
import requests_of_guides as bodies

FOLDER = pathlib.Path(__file__).resolve().parent
SKILLS = {"skill-tier1-specialist", "skill-tier2-crosstrained", "skill-tier3-generalist"}
CLIENT = "evenkeel-demo"
program = ""


class GuideClientsTest(unittest.TestCase):
    """Each test has a centre of its own: writes to one queue soon after another are throttled."""

    def setUp(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.begin = (now - datetime.timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
        self.process = subprocess.Popen(
            [program, "--dialect", "guide", "--listen", "127.0.0.1:0", "--until", "2h",
             "--scenario", str(FOLDER / "centre.yaml"),
             "--clock-epoch", self.begin.strftime("%Y-%m-%dT%H:%M:%SZ")],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        line = self.process.stdout.readline()
        self.assertTrue(line.startswith("listening on http://"), line)
        self.url = line.split()[-1]
        self.auth = guide1.GenesysAuth(self.url, CLIENT, CLIENT)

    def stop(self):
        self.process.terminate()
        self.assertEqual(self.process.wait(), 0)
        self.process.stdout.close()

    def ask(self, method, path, **kwargs):
        return guide1.fetch_with_retry(self.auth, method, path, **kwargs).json()

    def fault(self, path, **kwargs):
        answer = requests.post(self.url + "/admin/v1/faults",
                               json=[{"pathPrefix": path, "kind": "status", **kwargs}])
        self.assertEqual(answer.status_code, 204, answer.text)

    # --- Guide 1

    def test_guide1_reads_all_users_and_counts_the_available_by_skill(self):
        users = guide1.get_all_users(self.auth)
        self.assertEqual(len(users), 280)  # two pages
        self.assertEqual(len({user["id"] for user in users}), 280)
        available = guide1.get_available_agents_per_skill(self.auth, users, SKILLS)
        states = self.ask("GET", "/api/v2/routing/users/state")["entities"]
        self.assertEqual(len(states), 280)
        free = {state["userId"] for state in states if state["stateCode"] == "Available"}
        self.assertEqual(available["skill-tier1-specialist"],
                         sum(1 for user in free if user.startswith("usr-1")))
        self.assertEqual(available["skill-tier3-generalist"],
                         sum(1 for user in free if user.startswith("usr-3")))
        self.assertEqual(available["skill-tier2-crosstrained"],
                         sum(1 for user in free if user.startswith(("usr-2", "usr-3"))))
        self.assertTrue(0 < available["skill-tier2-crosstrained"] < 200, available)

    def test_guide1_writes_a_capacity(self):
        answer = guide1.update_queue_capacity(self.auth, "premium", 42)
        self.assertEqual(answer["inbound_capacity"], 42)
        queue = self.ask("GET", "/api/v2/routing/queues/premium")
        self.assertEqual(queue["inbound_capacity"], 42)
        self.assertEqual(queue["name"], "Premium")
        self.assertEqual(queue["memberCount"], 180)
        for wrong in (0, 201):
            with self.assertRaises(requests.HTTPError) as refused:
                guide1.update_queue_capacity(self.auth, "engineering", wrong)
            self.assertEqual(refused.exception.response.status_code, 400)
            self.assertIn("inbound_capacity", refused.exception.response.text)

    def test_guide1_waits_as_a_429_says_and_renews_nothing_in_vain(self):
        token = self.auth.get_token()
        self.fault("/api/v2/routing/queues/premium", status=429, retryAfterSeconds=7, count=2)
        with mock.patch.object(guide1.time, "sleep") as sleep:
            answer = guide1.update_queue_capacity(self.auth, "premium", 30)
        self.assertEqual(answer["inbound_capacity"], 30)
        self.assertEqual([call.args[0] for call in sleep.call_args_list], [7.0, 7.0])
        self.assertEqual(self.auth.get_token(), token)
        self.fault("/api/v2/routing/queues/chat", status=429, count=3)
        with mock.patch.object(guide1.time, "sleep"):
            with self.assertRaisesRegex(RuntimeError, "Max retries exceeded"):
                guide1.update_queue_capacity(self.auth, "chat", 30)

    def test_guide1_wrong_credentials_and_scope(self):
        with self.assertRaises(requests.HTTPError) as refused:
            guide1.get_all_users(guide1.GenesysAuth(self.url, CLIENT, "guessed"))
        self.assertEqual(refused.exception.response.status_code, 401)
        reader = guide1.GenesysAuth(self.url, "evenkeel-readonly", "evenkeel-readonly")
        self.assertEqual(len(guide1.get_all_users(reader)), 280)
        with self.assertRaises(requests.HTTPError) as refused:
            guide1.update_queue_capacity(reader, "premium", 30)
        self.assertEqual(refused.exception.response.status_code, 403)
        self.assertIn("routing:queue:write", refused.exception.response.text)

    # --- Guide 2

    def test_guide2_reads_calls_and_writes_a_ratio(self):
        auth = guide2.GenesysAuth(CLIENT, CLIENT, self.url)
        self.addCleanup(auth.close)
        calls = guide2.fetch_recent_calls(auth, "q3-outbound", limit=100)
        self.assertEqual(len(calls), 100)
        times = [call["created_time"] for call in calls]
        self.assertEqual(times, sorted(times, reverse=True))
        every = guide2.fetch_recent_calls(auth, "q3-outbound", limit=1000)
        self.assertEqual([call["id"] for call in every[:100]], [call["id"] for call in calls])
        # As guide 2's loop reads them.
        completed = [c for c in every if c.get("outcome") == "completed" and c.get("wrap_up_time", 0) > 0]
        connected = [c for c in every if c.get("disposition") == "connected"]
        self.assertEqual(len(completed), len(connected))
        rate = len(connected) / len(every)
        self.assertTrue(0.3 < rate < 0.6, rate)  # half are answered, some of them are abandoned
        mean = sum(c["wrap_up_time"] for c in completed) / len(completed)
        self.assertTrue(39 < mean < 51, mean)  # 45 s, cv 0.7, some 450 calls
        self.assertTrue(all(c["wrap_up_time"] == 0 for c in every if c["outcome"] == "failed"))

        answer = guide2.update_campaign_ratio(auth, "q3-outbound", 1.35)
        self.assertEqual(answer["id"], "q3-outbound")
        self.assertEqual(answer["name"], "Q3 Outbound Campaign")
        self.assertEqual(answer["predictive_dial_ratio"], 1.35)
        self.assertEqual(answer["state"], "running")
        self.assertIn("updated_time", answer)
        campaign = self.ask("GET", "/api/v2/outbound/campaigns/q3-outbound")
        self.assertEqual(campaign["predictive_dial_ratio"], 1.35)
        self.assertIs(campaign["predictive_dial_enabled"], True)
        refused = guide2.update_campaign_ratio(auth, "q3-outbound", 5.1)
        self.assertIn("predictive_dial_ratio", str(refused))
        self.assertEqual(refused["status"], 400)

    def test_guide2_waits_as_a_429_says(self):
        auth = guide2.GenesysAuth(CLIENT, CLIENT, self.url)
        self.addCleanup(auth.close)
        self.fault("/api/v2/outbound", status=429, retryAfterSeconds=3, count=1)
        with mock.patch.object(guide2.time, "sleep") as sleep:
            self.assertEqual(len(guide2.fetch_recent_calls(auth, "q3-outbound", limit=5)), 5)
        sleep.assert_called_once_with(3)
        wrong = guide2.GenesysAuth(CLIENT, "guessed", self.url)
        self.addCleanup(wrong.close)
        with self.assertRaises(httpx.HTTPStatusError):
            guide2.fetch_recent_calls(wrong, "q3-outbound")

    # --- Guide 3

    def test_guide3_writes_settings_and_watches_the_queue(self):
        answer = self.ask("PUT", "/api/v2/routing/queues/engineering",
                          json=bodies.guide3_queue_settings())
        self.assertEqual(answer["queueSettings"], bodies.guide3_queue_settings()["queueSettings"])
        self.assertEqual(answer["routingRules"], [])
        self.assertEqual(answer["name"], "Tier-3-Engineering-Support")
        self.assertEqual(self.ask("GET", "/api/v2/routing/queues/engineering"), answer)
        live = {queue["queueId"]: queue
                for queue in self.ask("GET", "/api/v2/analytics/queues/realtime")["entities"]}
        self.assertEqual(set(live), {"premium", "engineering", "chat", "outbound"})
        self.assertTrue(0.15 < live["premium"]["utilization"] < 0.45, live["premium"])
        self.assertTrue(0.2 < live["premium"]["occupancy"] < 0.45, live["premium"])  # 56 Erlangs, 180 agents
        self.assertTrue(25 < live["premium"]["acwTime"] < 55, live["premium"])
        metrics = self.ask("GET", "/api/v2/routing/queues/premium/metrics")
        self.assertEqual(len(metrics["intervals"]), 6)
        offered = sum(interval["offered"] for interval in metrics["intervals"])
        self.assertTrue(350 < offered < 550, offered)  # 900 an hour

    def test_guide3_polls_agents(self):
        params = {"interval": "PT15S", "groupBy": "userId,queueId"}
        work = self.ask("GET", "/api/v2/analytics/users/realtime", params=params)["metrics"]
        self.assertGreaterEqual(len(work), 5)
        for item in work:
            seconds = item["talkTime"] + item["acwTime"] + item["holdTime"]
            self.assertGreaterEqual(item["interactionsHandled"], 0)
            self.assertGreater(seconds + item["interactionsHandled"], 0)
            self.assertIn(item["queueId"], {"premium", "engineering", "chat", "outbound"})
        params["groupBy"] = "userId,skillId"
        skills = self.ask("GET", "/api/v2/analytics/users/realtime", params=params)["metrics"]
        self.assertEqual({item["skillId"] for item in skills}, {"skill-tier3-generalist"})

    def test_guide3_throttles_an_agent(self):
        answer = self.ask("PUT", "/api/v2/users/usr-101/availability",
                          json=bodies.guide3_availability())
        self.assertEqual(answer["userId"], "usr-101")
        self.assertEqual(answer["state"], "PAUSED")
        self.assertEqual(answer["previousState"], "AVAILABLE")
        self.assertEqual(answer["note"], bodies.guide3_availability()["note"])
        since, until = (datetime.datetime.fromisoformat(answer[key].replace("Z", "+00:00"))
                        for key in ("since", "until"))
        self.assertEqual((until - since).total_seconds(), 120)
        states = self.ask("GET", "/api/v2/routing/users/state")["entities"]
        code = {state["userId"]: state["stateCode"] for state in states}["usr-101"]
        self.assertIn(code, {"Paused", "Interacting", "AfterCallWork"})  # a call is finished

    # --- Guide 4

    def query(self, method, queue):
        begin, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ")
                      for time in (self.begin, self.begin + datetime.timedelta(hours=2)))
        body = bodies.guide4_query(queue, begin, end)
        return self.ask(method, "/api/v2/analytics/interactions/metrics", json=body)

    def test_guide4_reads_channels_with_a_get_that_has_a_body(self):
        results = self.query("GET", "premium")["results"]
        self.assertEqual(self.query("POST", "premium")["results"], results)
        self.assertEqual([result["channelType"] for result in results], ["Voice"])
        self.assertEqual(len(results[0]["intervals"]), 2)
        for interval in results[0]["intervals"]:
            self.assertTrue(700 < interval["interactionCount"] < 1100, interval)
            self.assertTrue(190 < interval["avgInteractionDuration"] < 260, interval)  # 226 s
        chats = self.query("GET", "chat")["results"]
        self.assertEqual([result["channelType"] for result in chats], ["Chat"])
        self.assertTrue(190 < chats[0]["intervals"][1]["avgInteractionDuration"] < 300, chats)

    def test_guide4_scores_and_pushes_a_custom_field(self):
        baseline = {result["channelType"]: result["intervals"][0]["avgInteractionDuration"]
                    for result in self.query("GET", "premium")["results"]}
        agent = {"Voice": {"avgInteractionDuration": baseline["Voice"] / 1.05, "interactionCount": 30}}
        score = f"{bodies.calculate_fairness_score(agent, baseline):.2f}"
        self.assertEqual(score, "1.05")
        answer = self.ask("PATCH", "/api/v2/users/usr-101", json=bodies.guide4_custom_field(score))
        self.assertEqual(answer["customFields"], bodies.guide4_custom_field("1.05")["customFields"])

    # --- Guide 5

    def test_guide5_sets_a_strategy_and_its_bare_update_clears_the_skills(self):
        answer = self.ask("PUT", "/api/v2/routing/queues/premium", json=bodies.guide5_strategy())
        self.assertEqual(answer["routingStrategy"], bodies.guide5_strategy()["routingStrategy"])
        self.assertEqual(answer["name"], "Premium Support Queue")
        answer = self.ask("PUT", "/api/v2/routing/queues/engineering", json=bodies.guide5_update())
        self.assertEqual(answer["routingStrategy"]["skills"], [])
        waits = [rule["waitTime"] for rule in answer["routingStrategy"]["expansionRules"]]
        self.assertEqual(waits, [12000, 27000, 54000])
        skills = {user["id"]: len(user["skills"]) for user in guide1.get_all_users(self.auth)}
        self.assertEqual(sum(skills.values()), 180)  # members of the other queue keep theirs
        self.assertEqual(skills["usr-301"], 0)


if __name__ == "__main__":
    program = sys.argv.pop(1)
    unittest.main()
