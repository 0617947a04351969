"""The requests of guides 3, 4 and 5. These guides give no client but requests to send: method, path
and body are theirs, with their placeholders filled. What is not JSON is corrected, as said there.
Guide 4's scoring function is JavaScript; it is translated line by line."""


def guide3_queue_settings():
    """Guide 3, section 1: PUT /api/v2/routing/queues/{queueId}."""
    return {
        "name": "Tier-3-Engineering-Support",
        "description": "High-complexity technical resolution queue",
        "routingRules": [],
        "queueSettings": {
            "utilizationTarget": 0.6,
            "capacityPerAgent": 0.7,
            "routingAlgorithm": "LAA",
            "wrapUpPolicy": "STRICT"
        }
    }


def guide3_availability():
    """Guide 3, section 3: PUT /api/v2/users/{userId}/availability."""
    return {
        "availabilityId": "availability-paused-fairness",
        "reasonId": "reason-temporary-throttle",
        "state": "PAUSED",
        "note": "Automated fairness throttle: CV exceeded 0.35 for 3 intervals"
    }


def guide4_query(queue_id, date_from, date_to):
    """Guide 4, section 1: GET /api/v2/analytics/interactions/metrics. Its filterExpression is not
    JSON: corrected as docs/guide_dialect.md says."""
    return {
        "metricDefinitions": [
            {"id": "interactionCount"},
            {"id": "avgInteractionDuration"}
        ],
        "interval": {"granularity": 3600, "dateFrom": date_from, "dateTo": date_to},
        "filterExpression": {
            "operator": "AND",
            "operands": [
                {"operator": "EQ", "field": "queueId", "values": [queue_id]},
                {"operator": "IN", "field": "channelType", "values": ["Voice", "Chat", "Email"]}
            ]
        }
    }


def guide4_custom_field(score):
    """Guide 4, section 2: PATCH /api/v2/users/{userId}."""
    return {"customFields": [{"fieldName": "FairnessWeightedScore", "value": score}]}


def calculate_fairness_score(agent_metrics, baseline_metrics):
    """Guide 4, section 3: calculateFairnessScore, from JavaScript."""
    total_weighted_score = 0
    total_count = 0
    for channel in ["Voice", "Chat", "Email"]:
        agent_aht = agent_metrics.get(channel, {}).get("avgInteractionDuration", 0)
        baseline_aht = baseline_metrics.get(channel, 0)
        interaction_count = agent_metrics.get(channel, {}).get("interactionCount", 0)
        if baseline_aht > 0 and interaction_count > 0:
            efficiency_ratio = baseline_aht / agent_aht
            total_weighted_score += efficiency_ratio * interaction_count
            total_count += interaction_count
    return total_weighted_score / total_count if total_count > 0 else 1.0


def _tier(skill_id, name, priority):
    return {"skill": {"id": skill_id, "name": name, "type": "ROUTING"}, "priority": priority}


def _rules(waits):
    tiers = ["skill-tier1-specialist", "skill-tier2-crosstrained", "skill-tier3-generalist"]
    return [{"type": "skill", "skillId": tier, "waitTime": wait} for tier, wait in zip(tiers, waits)]


def guide5_strategy():
    """Guide 5, section 1: PUT /api/v2/routing/queues/{queueId}."""
    return {
        "name": "Premium Support Queue",
        "routingStrategy": {
            "type": "BULLSEYE",
            "enabled": True,
            "skills": [
                _tier("skill-tier1-specialist", "Tier1_Specialist", 10),
                _tier("skill-tier2-crosstrained", "Tier2_CrossTrained", 5),
                _tier("skill-tier3-generalist", "Tier3_Generalist", 1)
            ],
            "expansionRules": _rules([15000, 30000, 60000])
        }
    }


def guide5_update():
    """Guide 5, section 3: the dynamic update. The guide closes its array with a brace; and it leaves
    the skills out, which it warns of itself: the skills are cleared."""
    return {
        "routingStrategy": {
            "type": "BULLSEYE",
            "enabled": True,
            "expansionRules": _rules([12000, 27000, 54000])
        }
    }
