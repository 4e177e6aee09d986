"""Two months of made-up files of every format: prices move, a model is new, a score is revised, a fact changes, a release date moves."""

import datetime as dt
import json

from archive_checks import zipped
from costfloor.ingest import Arrival, read_arrival
from store import catalogue
from test_aider import LEADERBOARD
from test_epoch_eci import SCORES as INDEX
from test_epoch_hub import HUB
from test_epoch_stitching import ZIP as STITCHING
from test_llmstats import MODEL, SCORE, archive_of

DAYS = ("2026-01-10", "2026-01-24", "2026-02-07", "2026-02-21")
MONTH_ENDS = ("2026-01-31", "2026-02-28")
NEW, OWN = "mistral/mistral-vast-1", "acme/foo-1"
"""Models that register: one that lists state, and one of a table of one's own."""

TABLES = {
    ("models-table", "models.csv", DAYS[1]): "model_key,name,creator,release_date,open_weights\n"
    f"{OWN},Foo 1,Acme,2026-01-15,true\n",
    ("models-table", "models.csv", DAYS[3]): "model_key,name,creator,release_date,open_weights\n"
    f"{OWN},Foo 1,Acme,2026-01-17,false\n",
    ("scores-table", "scores.csv", DAYS[1]): "model,benchmark,score,scale,measured_on\n"
    f"{OWN},gpqa_diamond,0.6,fraction,2026-01-20\n{OWN},mmlu_pro,70,percent,2026-01-20\n{OWN},hle,0.2,fraction,2026-01-20\n",
    ("scores-table", "scores.csv", DAYS[2]): "model,benchmark,score,scale,measured_on\n"
    f"{OWN},gpqa_diamond,0.65,fraction,2026-02-01\n",
    ("table", "prices.csv", DAYS[2]): "provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date\n"
    f"groq,{OWN},1,3,2026-01-25\ngroq,{OWN},0.8,2,2026-02-03\n",
}


def made_up_arrivals() -> list[Arrival]:
    """All of them, read, in the order of their days."""
    files = [
        *((*form, day, content) for week, day in enumerate(DAYS) for form, content in _weekly(week).items()),
        *((*place, text.encode()) for place, text in TABLES.items()),
        *_archives(),
    ]
    files.sort(key=lambda file: (file[2], file[0]))
    return [
        read_arrival(form, name, dt.date.fromisoformat(day), lambda _: None, content=content)
        for form, name, day, content in files
    ]


def _weekly(week: int) -> dict[tuple[str, str], bytes]:
    """The lists of a week that come every week."""
    price = 0.4 if week < 3 else 0.3
    released = "2026-01-20" if week < 2 else "2026-01-22"
    listed, analysed, routed, mapped = catalogue(week), [_analysed("gpt-5", "GPT-5", "OpenAI", 0.8)], [], {}
    if week:
        vast = {"id": "mistral-vast-1", "name": "Mistral Vast 1", "release_date": released, "open_weights": week < 3}
        listed["mistral"] = {"id": "mistral", "models": {"mistral-vast-1": vast | {"cost": _cost(price)}}}
        analysed.append(_analysed("mistral-vast-1", "Mistral Vast 1", "Mistral", 0.5 + 0.05 * (week > 1)))
        routed.append(_routed("mistralai/mistral-vast-1", "Mistral: Mistral Vast 1", price))
        mapped["mistral/mistral-vast-1"] = _mapped("mistral", price)
    routed.append(_routed("openai/gpt-4o", "OpenAI: GPT-4o", 2.5))
    mapped["gpt-4o"] = _mapped("openai", 2.5 - 0.5 * (week > 1))
    first = {"id": "gpt-4o", "prices": {"input_mtok": 2.5 - 0.5 * week, "output_mtok": 10}}
    stated = {"id": "gpt-4o", "vendor": "openai", "name": "GPT-4o", "input": 2.5 - 0.5 * week, "output": 10}
    return {
        ("models-dev", "models-dev.json"): _json(listed),
        ("artificial-analysis", "llms.json"): _json({"models": analysed}),
        ("openrouter", "openrouter.json"): _json({"data": routed}),
        ("litellm", "litellm.json"): _json(mapped),
        ("genai-prices", "genai-prices.json"): _json([{"id": "openai", "name": "OpenAI", "models": [first]}]),
        ("llm-prices", "llm-prices.json"): _json({"updated_at": DAYS[week], "prices": [stated]}),
    }


def _archives() -> list[tuple[str, str, str, bytes]]:
    """Files that come now and then; of the hub twice, with a score revised in between."""
    hub = {name: text.replace("0.85,0.86", "0.88,0.89") for name, text in HUB.items()}
    return [
        ("epoch-benchmarks", "benchmark_data.zip", DAYS[0], zipped(HUB)),
        ("epoch-benchmarks", "benchmark_data.zip", DAYS[2], zipped(hub)),
        ("epoch-stitching", "epoch-stitching.zip", DAYS[0], zipped(STITCHING)),
        ("epoch-eci", "eci.zip", DAYS[1], zipped({"eci_scores.csv": INDEX})),
        ("aider", "polyglot_leaderboard.yml", DAYS[2], LEADERBOARD),
        ("llmstats", "llmstats.zip", DAYS[3], archive_of({"glm-4.6": MODEL}, {"glm-4.6": [SCORE]})),
    ]


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


def _cost(price: float) -> dict[str, float]:
    return {"input": price, "output": 3 * price}


def _mapped(provider: str, price: float) -> dict[str, object]:
    prices = {"input_cost_per_token": price / 1e6, "output_cost_per_token": 3 * price / 1e6}
    return {"litellm_provider": provider, "mode": "chat", **prices}


def _routed(model_id: str, name: str, price: float) -> dict[str, object]:
    prices = {"prompt": f"{price / 1e6:.9f}", "completion": f"{3 * price / 1e6:.9f}"}
    return {"id": model_id, "canonical_slug": model_id, "name": name, "pricing": prices, "context_length": 1000}


def _analysed(slug: str, name: str, creator: str, score: float) -> dict[str, object]:
    return {
        "slug": slug,
        "name": name,
        "release_date": "2026-01-20" if creator == "Mistral" else "2025-08-07",
        "creator": {"name": creator, "slug": creator.lower()},
        "evaluations": {"gpqa": score, "mmlu_pro": score, "hle": score / 4},
    }
