"""Schemas of the context tables: training, hardware, input costs, other technologies, serving innovations."""

from costfloor.data.fields import PARTIAL_DATE, date, flag, integer, number, table, text

TRAINING_RECORDS = table(
    "context_training_records",
    "NanoGPT speedrun: minutes to a fixed loss on 8 H100",
    {
        "track": text("Track of the speedrun", one_of=("track_1", "track_2")),
        "record_number": integer("Number on the track", low=1, high=10_000),
        "date": date("Day of the record", nullable=True),
        "minutes": number("Training time", "minutes", low=0),
        "category": text("Kind of change"),
        "description_tag": text("What changed"),
        "hardware": text("Hardware"),
        "target_loss": number("Validation loss to reach", "nats per token", low=0),
        "is_record": flag("A record; false for a new timing of an old one"),
        "note": text("Remarks", nullable=True),
        "evidence": text("Repository, commit and line"),
    },
    evidence="evidence",
)

TRAINING_FACTS = table(
    "context_training_facts",
    "Published estimates of training efficiency",
    {
        "date": text("Day, month, year or span of years", pattern=PARTIAL_DATE),
        "fact": text("What was measured"),
        "value": number("Value", "as unit says"),
        "unit": text("Unit of value"),
        "note": text("Remarks", nullable=True),
        "evidence": text("Paper or page"),
    },
    evidence="evidence",
)

MLPERF_TRAINING = table(
    "context_mlperf_training",
    "MLPerf training: minutes to quality by round and system",
    {
        "round": text("Round"),
        "round_date": date("Publication of the round"),
        "benchmark": text("Benchmark as published"),
        "benchmark_canonical": text("Benchmark, one name over rounds"),
        "submitter": text("Submitter"),
        "system": text("System"),
        "accelerator": text("Accelerator as published", nullable=True),
        "accelerator_class": text("Accelerator, one name over rounds", nullable=True),
        "n_accelerators": number("Accelerators", "devices", nullable=True, low=1),
        "minutes": number("Time to the quality target", "minutes", low=0),
        "availability": text("Availability class"),
        "division": text("Division"),
        "how": text("Published result, or computed from raw logs"),
        "evidence": text("Repository, commit and file"),
    },
    evidence="evidence",
)

MLPERF_INFERENCE = table(
    "context_mlperf_inference",
    "MLPerf inference: throughput of a fixed model by round and system",
    {
        "round": text("Round"),
        "round_date": date("Publication of the round, from memory"),
        "benchmark": text("Benchmark"),
        "scenario": text("Load scenario", one_of=("Offline", "Server", "Interactive")),
        "submitter": text("Submitter"),
        "system": text("System"),
        "accelerator": text("Accelerator as published"),
        "accelerator_class": text("Accelerator, one name over rounds"),
        "n_accelerators": integer("Accelerators", "devices", low=1, high=100_000),
        "result": number("Throughput", "as unit says", low=0),
        "unit": text("Unit of result", one_of=("Samples/s", "Queries/s", "Tokens/s")),
        "result_per_accelerator": number("Throughput per accelerator", "as unit says", low=0),
        "software": text("Software", nullable=True),
        "availability": text("Availability class"),
        "note": text("Remarks, such as a change of unit between rounds", nullable=True),
        "evidence": text("Repository, commit and file"),
        "weight_data_types": text("Number format of the weights as submitted; known from v5.0 on", nullable=True),
    },
    evidence="evidence",
)

INFERENCEX = table(
    "context_inferencex",
    "InferenceX: throughput of a fixed model by day, accelerator and serving configuration",
    {
        "date": date("Day of the run"),
        "hardware": text("Accelerator"),
        "framework": text("Serving framework"),
        "model": text("Model, as the source names it: dsr1 is DeepSeek-R1"),
        "precision": text("Number format of the weights", one_of=("fp4", "fp8")),
        "spec_method": text("Speculative decoding", one_of=("none", "mtp")),
        "disagg": flag("Prefill and decode on separate accelerators"),
        "input_tokens": integer("Input of a request", "tokens", low=1, high=10_000_000),
        "output_tokens": integer("Output of a request", "tokens", low=1, high=10_000_000),
        "concurrency": integer("Requests at the same time", "requests", low=1, high=10_000_000),
        "num_gpus": integer("Accelerators", "devices", low=1, high=100_000),
        "tokens_per_s_per_gpu": number("Throughput, input and output tokens", "tokens per second and device", low=0),
        "output_tokens_per_s_per_gpu": number(
            "Throughput, output tokens only", "tokens per second and device", nullable=True, low=0
        ),
        "median_tpot_s": number("Time per output token, median", "seconds", low=0),
        "median_ttft_s": number("Time to the first token, median", "seconds", low=0),
        "run_url": text("Record of the run"),
        "is_multinode": flag("More than one node"),
        "prefill_tp": integer("Tensor parallelism of prefill", "devices", low=0, high=100_000),
        "prefill_ep": integer("Expert parallelism of prefill", "devices", low=0, high=100_000),
        "prefill_dp_attention": flag("Attention of prefill data-parallel"),
        "prefill_num_workers": integer("Workers for prefill", low=0, high=100_000),
        "decode_tp": integer("Tensor parallelism of decode", "devices", low=0, high=100_000),
        "decode_ep": integer("Expert parallelism of decode", "devices", low=0, high=100_000),
        "decode_dp_attention": flag("Attention of decode data-parallel"),
        "decode_num_workers": integer("Workers for decode", low=0, high=100_000),
        "num_prefill_gpu": integer("Accelerators for prefill", "devices", low=0, high=100_000),
        "num_decode_gpu": integer("Accelerators for decode", "devices", low=0, high=100_000),
        "image": text("Software image", nullable=True),
        "evidence": text("Repository, commit and file"),
    },
    evidence="evidence",
)

HARDWARE = table(
    "context_hardware",
    "Accelerators",
    {
        "name": text("Accelerator", unique=True),
        "manufacturer": text("Manufacturer"),
        "release_date": date("Release", nullable=True),
        "release_price_usd": number("Price at release", "USD", nullable=True, low=0),
        "fp16_bf16_tensor_flops": number("Dense half precision", "FLOP/s", nullable=True, low=0),
        "fp8_flops": number("FP8", "FLOP/s", nullable=True, low=0),
        "fp4_flops": number("FP4", "FLOP/s", nullable=True, low=0),
        "int8_ops": number("INT8", "OP/s", nullable=True, low=0),
        "fp32_flops": number("FP32", "FLOP/s", nullable=True, low=0),
        "memory_bytes": number("Memory", "bytes", nullable=True, low=0),
        "bandwidth_bytes_s": number("Memory bandwidth", "bytes/s", nullable=True, low=0),
        "tdp_w": number("Thermal design power", "W", nullable=True, low=0),
        "flops_per_usd": number("Half precision per release price", "FLOP/s per USD", nullable=True, low=0),
        "flops_per_w": number("Half precision per watt", "FLOP/s per W", nullable=True, low=0),
        "price_source": text("Source of the price", nullable=True),
        "datasheet": text("Data sheet", nullable=True),
        "evidence": text("Repository, commit and file"),
    },
    key=["name"],
    evidence="evidence",
)

GPU_PURCHASE_PRICE = table(
    "context_gpu_purchase_price",
    "Purchase price of accelerators",
    {
        "year": integer("Year", low=2000, high=2100),
        "gpu": text("Accelerator"),
        "low": number("Low end of the range", "USD", low=0),
        "high": number("High end of the range", "USD", low=0),
        "geomean": number("Geometric mean of the ends", "USD", low=0),
        "unit": text("Unit and kind of estimate"),
        "source": text("Repository, commit and file"),
    },
    key=["year", "gpu"],
    evidence="source",
)

GPU_RENTAL = table(
    "context_gpu_rental",
    "Rental price of accelerators",
    {
        "date": text("Day, month or year", pattern=PARTIAL_DATE),
        "gpu": text("Accelerator"),
        "series": text("What the value is a price or median of"),
        "value": number("Price", "USD per GPU-hour", low=0),
        "unit": text("Unit of value", one_of=("USD per GPU-hour",)),
        "n_providers": number("Providers behind it", "providers", nullable=True, low=1),
        "source": text("Repository, commit and file"),
    },
    evidence="source",
)

INPUT_COSTS = table(
    "context_input_costs",
    "Prices of inputs: electricity, wages, overhead of data centres",
    {
        "year": text("Year, month or day", pattern=PARTIAL_DATE),
        "series": text("Series"),
        "value": number("Value", "as unit says"),
        "unit": text("Unit of value"),
        "source": text("Where the value was published"),
    },
    key=["year", "series", "source"],
    evidence="source",
)

TECHNOLOGY_COSTS = table(
    "context_technology_costs",
    "Unit cost of other technologies over decades",
    {
        "technology": text("Technology"),
        "year": integer("Year", low=1600, high=2100),
        "unit_cost": number("Unit cost", "as unit says", low=0),
        "unit": text("Unit; mostly not stated by the source"),
        "source": text("Repository, commit and file"),
    },
    key=["technology", "year", "source"],
    evidence="source",
)

SERVING_INNOVATIONS = table(
    "context_serving_innovations",
    "Dated innovations in serving models",
    {
        "date": text("Month or day, mostly of the paper", pattern=PARTIAL_DATE),
        "name": text("Innovation", unique=True),
        "kind": text("Kind"),
        "changes_graph": flag("Changes what is computed, not only how"),
        "output_kept": text("What happens to the output", one_of=("exact", "approximate", "different")),
        "note": text("Remarks", nullable=True),
        "evidence": text("Paper or repository"),
    },
    key=["name"],
    evidence="evidence",
)

CONTEXT_SCHEMAS = (
    TRAINING_RECORDS,
    TRAINING_FACTS,
    MLPERF_TRAINING,
    MLPERF_INFERENCE,
    INFERENCEX,
    HARDWARE,
    GPU_PURCHASE_PRICE,
    GPU_RENTAL,
    INPUT_COSTS,
    TECHNOLOGY_COSTS,
    SERVING_INNOVATIONS,
)
