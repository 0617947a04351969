"""Client functions of guide 2, "Optimizing Genesys Cloud Predictive Dial Ratios with Real-Time
Disposition Analysis and KDE", from its complete working example, as they stand there. The host is
given as base_url."""

import logging
import time

import httpx

logger = logging.getLogger(__name__)


class GenesysAuth:
    def __init__(self, client_id: str, client_secret: str, base_url: str):
        self.client_id = client_id
        self.client_secret = client_secret
        self.base_url = base_url.rstrip("/")
        self.token = None
        self.token_expiry = 0.0
        self.http_client = httpx.Client(timeout=15.0)

    def _fetch_token(self):
        url = f"{self.base_url}/login/oauth2/token"
        body = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        response = self.http_client.post(url, data=body)
        response.raise_for_status()
        data = response.json()
        return data["access_token"], data["expires_in"]

    def get_valid_token(self):
        if time.time() >= self.token_expiry - 30.0:
            logger.info("Refreshing OAuth token.")
            self.token, expires_in = self._fetch_token()
            self.token_expiry = time.time() + expires_in
        return self.token

    def close(self):
        self.http_client.close()


def fetch_recent_calls(auth, campaign_id, limit=100):
    url = f"{auth.base_url}/api/v2/outbound/campaigns/{campaign_id}/calls"
    params = {"limit": limit, "sort_by": "created_time:desc"}
    headers = {
        "Authorization": f"Bearer {auth.get_valid_token()}",
        "Accept": "application/json",
        "Content-Type": "application/json"
    }
    response = httpx.get(url, headers=headers, params=params)
    if response.status_code == 429:
        retry_after = int(response.headers.get("Retry-After", 5))
        logger.warning("Rate limited (429). Waiting %s seconds.", retry_after)
        time.sleep(retry_after)
        return fetch_recent_calls(auth, campaign_id, limit)
    response.raise_for_status()
    return response.json().get("calls", [])


def update_campaign_ratio(auth, campaign_id, new_ratio):
    url = f"{auth.base_url}/api/v2/outbound/campaigns/{campaign_id}"
    headers = {
        "Authorization": f"Bearer {auth.get_valid_token()}",
        "Accept": "application/json",
        "Content-Type": "application/json"
    }
    body = {"predictive_dial_ratio": new_ratio}
    response = httpx.put(url, headers=headers, json=body)
    if response.status_code == 409:
        logger.error("Conflict (409). Campaign locked or invalid state.")
    elif response.status_code == 400:
        logger.error("Bad Request (400). Response: %s", response.text)
    else:
        response.raise_for_status()
    return response.json()
