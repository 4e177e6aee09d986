// The model of docs/laws.md. Shared by the laws; what is one law's own stands for the names that begin with a dollar sign.
// `centred` draws levels, elasticities and effects of hosts directly, otherwise as standardised offsets. Distances between moments and
// averages over units are data, so that the program can be given them with or without repetition.
functions {
  vector decline($decline_parameters, vector age) {
    return $decline;
  }
  vector gains(vector z, real average_rate, real arrivals) {
    real excess = 1 / (9 * arrivals * 0.25 / 2);
    return average_rate * 0.25 * ((1 - excess + z * sqrt(excess)) .^ 3 - (1 - excess ^ 3));
  }
}
data {
  int rows;
  int units;
  int families;
  int hosts;
  int steps;
  int moments;
  int<lower=0, upper=1> centred;
  vector[rows] log_price;
  real level_center;
  array[rows] int unit;
  array[rows] int host;
  array[rows] int now;
  array[units] int entry;
  array[units] int unit_family;
  vector[units] quality;
  vector[units] quality_sd;
  matrix[families, units] average;
  array[moments] int moment_family;
  array[moments] int moment_cell;
  vector[moments] moment_age;
  vector[moments] moment_through;
  real mean_age;
}
parameters {
  real level;
  real<lower=0> level_spread;
  real elasticity;
  real<lower=0> elasticity_spread;
  real<lower=0> host_spread;
  real<lower=0> model_spread;
  real pass_through;
  real<lower=0> noise_scale;
  real<lower=0> noise_tail;
  real<lower=0> discoveries_per_year_above;
  vector[families] level_free;
  vector[families] elasticity_free;
  sum_to_zero_vector[hosts] host_free;
  vector[units] unit_free;
  vector[steps] common_z;
  matrix[steps, families] own_z;
  $parameters
}
model {
  level ~ normal(level_center, 2);
  level_spread ~ lognormal(log(0.8), 0.6);
  elasticity ~ normal(0, 1);
  elasticity_spread ~ lognormal(log(0.2), 0.7);
  host_spread ~ lognormal(log(0.3), 0.7);
  model_spread ~ lognormal(log(0.6), 0.5);
  pass_through ~ normal(0.5, 0.5);
  noise_scale ~ lognormal(log(0.25), 0.7);
  noise_tail ~ gamma(2, 0.1);
  discoveries_per_year_above ~ lognormal(log(20), 1.5);
  $priors
  common_z ~ std_normal();
  to_vector(own_z) ~ std_normal();

  vector[moments] fallen;
  {
    real average_rate = decline($population, [mean_age]')[1] / mean_age;
    real arrivals = 4 + discoveries_per_year_above;
    vector[steps] common = 0.5 * gains(common_z, average_rate, arrivals);
    matrix[steps, families] increment;
    matrix[steps, families] innovated;
    for (f in 1:families) {
      increment[:, f] = common + 0.5 * gains(own_z[:, f], average_rate, arrivals);
      innovated[:, f] = cumulative_sum(increment[:, f]);
    }
    fallen = decline($of_moment, moment_age)
             + to_vector(innovated)[moment_cell] + (moment_through - 1) .* to_vector(increment)[moment_cell];
  }

  vector[families] family_level;
  vector[families] family_elasticity;
  vector[hosts] host_effect;
  if (centred) {
    level_free ~ normal(level, level_spread);
    elasticity_free ~ normal(elasticity, elasticity_spread);
    host_free ~ normal(0, host_spread);
    target += log(host_spread);  // a vector that sums to zero has one dimension less than elements
    family_level = level_free;
    family_elasticity = elasticity_free;
    host_effect = host_free;
  } else {
    level_free ~ std_normal();
    elasticity_free ~ std_normal();
    host_free ~ std_normal();
    family_level = level + level_spread * level_free;
    family_elasticity = elasticity + elasticity_spread * elasticity_free;
    host_effect = host_spread * host_free;
  }

  vector[units] at_entry = fallen[entry];
  vector[units] slope = family_elasticity[unit_family];
  vector[units] expected = (family_level + average * at_entry)[unit_family] + slope .* quality - at_entry;
  vector[units] sd = sqrt(model_spread ^ 2 + (slope .* quality_sd) ^ 2);
  vector[units] unit_level;
  if (centred) {
    unit_free ~ normal(expected, sd);
    unit_level = unit_free;
  } else {
    unit_free ~ std_normal();
    unit_level = expected + sd .* unit_free;
  }
  log_price ~ student_t(2 + noise_tail,
                        unit_level[unit] - pass_through * (fallen[now] - at_entry[unit]) + host_effect[host],
                        noise_scale);
}
