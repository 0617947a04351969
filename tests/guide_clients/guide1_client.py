"""Client functions of guide 1, "Balancing Genesys Cloud Multi-Skill Queue Assignments with Python and
Linear Programming", from its complete working example, as they stand there, but for

- the host: base_url is what is given as region;
- the one repair: fetch_with_retry takes json, which update_queue_capacity hands it.
"""

import time
from typing import Any, Dict, List, Optional

import requests


class GenesysAuth:
    def __init__(self, region: str, client_id: str, client_secret: str):
        self.region = region
        self.client_id = client_id
        self.client_secret = client_secret
        self.token: Optional[str] = None
        self.expires_at: float = 0.0
        self.base_url = region  # the host; guide: f"https://{region}.mygenesys.com"

    def get_token(self) -> str:
        if self.token and time.time() < self.expires_at:
            return self.token
        url = f"{self.base_url}/oauth/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        data = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret
        }
        response = requests.post(url, headers=headers, data=data)
        response.raise_for_status()
        payload = response.json()
        self.token = payload["access_token"]
        self.expires_at = time.time() + payload["expires_in"] - 300
        return self.token

    def make_request(self, method: str, path: str, **kwargs) -> requests.Response:
        kwargs.setdefault("headers", {})
        kwargs["headers"]["Authorization"] = f"Bearer {self.get_token()}"
        kwargs["headers"]["Content-Type"] = "application/json"
        url = f"{self.base_url}{path}"
        return requests.request(method, url, **kwargs)


# The repair: json. Guide: def fetch_with_retry(auth, method, path, params=None), make_request(...,
# params=params).
def fetch_with_retry(auth: GenesysAuth, method: str, path: str, params: Dict = None,
                     json: Dict = None) -> requests.Response:
    max_retries = 3
    for attempt in range(max_retries):
        response = auth.make_request(method, path, params=params, json=json)
        if response.status_code == 429:
            retry_after = float(response.headers.get("Retry-After", 2 ** attempt))
            print(f"Rate limited on {path}. Retrying in {retry_after}s.")
            time.sleep(retry_after)
            continue
        response.raise_for_status()
        return response
    raise RuntimeError(f"Max retries exceeded for {path}")


def get_all_users(auth: GenesysAuth) -> List[Dict[str, Any]]:
    users: List[Dict[str, Any]] = []
    continuation_token: Optional[str] = None
    while True:
        params = {"page_size": 250}
        if continuation_token:
            params["continuation_token"] = continuation_token
        resp = fetch_with_retry(auth, "GET", "/api/v2/routing/users", params=params)
        data = resp.json()
        users.extend(data.get("entities", []))
        continuation_token = data.get("continuation_token")
        if not continuation_token:
            break
    return users


def get_available_agents_per_skill(auth: GenesysAuth, users: List[Dict[str, Any]],
                                   skill_ids: set) -> Dict[str, int]:
    resp = fetch_with_retry(auth, "GET", "/api/v2/routing/users/state")
    states = resp.json().get("entities", [])
    user_map = {u["id"]: u for u in users}
    skill_availability: Dict[str, int] = {sid: 0 for sid in skill_ids}
    for state in states:
        if state.get("stateCode") != "Available":
            continue
        user_id = state.get("userId")
        user = user_map.get(user_id)
        if not user:
            continue
        for skill in user.get("skills", []):
            skill_id = skill.get("id")
            if skill_id in skill_availability:
                skill_availability[skill_id] += 1
    return skill_availability


def update_queue_capacity(auth: GenesysAuth, queue_id: str, capacity: int) -> Dict[str, Any]:
    path = f"/api/v2/routing/queues/{queue_id}"
    payload = {"inbound_capacity": capacity}
    resp = fetch_with_retry(auth, "PUT", path, json=payload)
    if resp.status_code == 409:
        print(f"Conflict updating queue {queue_id}.")
        return {"status": "conflict", "queue_id": queue_id}
    return resp.json()
