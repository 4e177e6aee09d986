/* The accounts of a service along given paths of the price of tokens: costfloor/economics/accounts.py and outlook.py line by line, in the
   names of a scenario file. tests/page/browser holds the two against each other. */
const accounts = (() => {
"use strict";
const SMALLEST = 1e-9, TOKENS_PER_MTOK = 1e6, QUANTILES = [0.05, 0.5, 0.95];

/* What the tokens of an average request cost in the market today. */
function marketUsd(tokens) {
  const cached = tokens.cached_share * tokens.cached_price_ratio + 1 - tokens.cached_share;
  const full = (tokens.input_per_request * tokens.input_usd_per_mtok * cached
    + tokens.output_per_request * tokens.output_usd_per_mtok) / TOKENS_PER_MTOK;
  return full * (1 - tokens.batch_share - tokens.skip_share
    + tokens.batch_share * tokens.batch_price_ratio + tokens.skip_share * tokens.skip_cost_ratio);
}

/* Gross margin and profit of one year in every draw; price: of a token, relative to today. */
function ofYear({ demand, tokens, costs, capacity, staff }, price, year) {
  const other = (1 + costs.other_growth_per_year) ** year, wages = (1 + staff.growth_per_year) ** year;
  const market = marketUsd(tokens), tokensGrown = (1 + tokens.growth_per_year) ** year;
  const today = demand.revenue_per_request_usd, passedOn = demand.pass_through * Math.min(market, today);
  const grown = demand.requests_per_year * (1 + demand.growth_per_year) ** year;
  const served = capacity && capacity.requests_per_year * capacity.utilisation * (1 + capacity.software_gain_per_year) ** year;
  const otherUsd = costs.other_usd_per_request * other + staff.usd_per_request * wages;
  const accelerators = capacity
    ? capacity.accelerators * (capacity.running_usd_per_accelerator * other + staff.usd_per_accelerator * wages) : 0;
  const fixed = costs.fixed_usd_per_year * (1 + costs.fixed_growth_per_year) ** year + staff.fixed_usd_per_year * wages;
  const margin = new Float64Array(price.length), profit = new Float64Array(price.length);
  for (let draw = 0; draw < price.length; draw++) {
    const index = price[draw] * tokensGrown;
    const revenue = Math.max(today + passedOn * (index - 1), SMALLEST * today);
    const wanted = grown * (revenue / today) ** demand.price_elasticity;
    const requests = capacity ? Math.min(wanted, served) : wanted;
    const perRequest = (capacity ? 0 : market * index) + otherUsd;
    margin[draw] = 1 - (perRequest + accelerators / Math.max(requests, SMALLEST)) / revenue;
    profit[draw] = requests * revenue - (requests * perRequest + accelerators) - fixed;
  }
  return { margin, profit };
}

/* Net present value, whether a year makes no loss, and whether profits pay back, of one draw. */
function worth(scenario, years, draw) {
  const { decision, capacity } = scenario, horizon = decision.horizon_years;
  const discount = 1 / (1 + decision.discount_per_year), bought = capacity ? capacity.usd : 0, spent = decision.launch_usd + bought;
  let ahead = 0, paid = 0, even = false, back = false;
  for (let year = horizon; year > 0; year--) ahead = Math.max(discount * (years[year].profit[draw] + ahead), 0);
  for (let year = 1; year <= horizon; year++) {
    const profit = years[year].profit[draw];
    paid += profit;
    even ||= profit >= bought / horizon;
    back ||= paid - spent >= 0;
  }
  return { npv: ahead - spent, even, back };
}

/* Linear between order statistics, as numpy has it. */
function quantiles(draws) {
  const sorted = draws.slice().sort();
  return QUANTILES.map(share => {
    const place = share * (sorted.length - 1), low = Math.floor(place), high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  });
}

/* Quantiles of margins by year and of value, and the shares of draws that lose, break even and pay back. Prices: draws by year, from year 0. */
function outlook(scenario, prices) {
  const horizon = scenario.decision.horizon_years, draws = prices[0].length;
  const years = prices.slice(0, horizon + 1).map((price, year) => ofYear(scenario, price, year));
  const npv = new Float64Array(draws);
  let losses = 0, even = 0, back = 0;
  for (let draw = 0; draw < draws; draw++) {
    const of = worth(scenario, years, draw);
    npv[draw] = of.npv;
    losses += of.npv < 0;
    even += of.even;
    back += of.back;
  }
  return {
    margins: years.map(({ margin }) => quantiles(margin)),
    npv: quantiles(npv), p_loss: losses / draws, p_breakeven: even / draws, p_payback: back / draws,
  };
}

return { outlook };
})();
