(() => {
"use strict";
const page = JSON.parse(document.getElementById("data").textContent);
const tip = document.getElementById("tip");
const MINUS = "\u2212";

/* The library of the charts, unpacked once. */
let unpacking;
function library() {
  unpacking ??= (async () => {
    const packed = Uint8Array.from(atob(document.getElementById("library").textContent), letter => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    new Function(await new Response(stream).text())();
    return window.vegaEmbed;
  })();
  return unpacking;
}

/* Rows of CSV text (RFC 4180) as objects; numbers and days as numbers, what is missing as null. */
function parse(table) {
  const lines = [];
  let cell = "", line = [], quoted = false;
  for (let at = 0; at < table.csv.length; at++) {
    const letter = table.csv[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (table.csv[at + 1] === '"') { cell += '"'; at++; }
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "," || letter === "\n") {
      line.push(cell);
      cell = "";
      if (letter === "\n") { lines.push(line); line = []; }
    } else cell += letter;
  }
  const [names, ...rows] = lines;
  return { names, rows: rows.map(cells => Object.fromEntries(names.map((name, at) => [name, typed(table, name, cells[at])]))) };
}

function typed(table, name, text) {
  if (table.numbers.includes(name)) return text === "" ? null : Number(text);
  return table.dates.includes(name) ? Date.parse(text) : text;
}

function shown(table, name, value) {
  if (value === null || value === "") return "";
  if (table.dates.includes(name)) return new Date(value).toISOString().slice(0, 10);
  if (!table.numbers.includes(name)) return value;
  const text = Number.isInteger(value) || Math.abs(value) >= 1e5 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
  return text.replace("-", MINUS);
}

function element(kind, text, attributes = {}) {
  const made = document.createElement(kind);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function fill(details, table) {
  const place = details.querySelector("table");
  place.querySelectorAll("thead, tbody").forEach(part => part.remove());
  const numeric = name => (table.numbers.includes(name) ? { class: "number" } : {});
  const head = element("tr"), body = element("tbody"), top = element("thead");
  for (const name of table.names) head.append(element("th", table.headings[name] ?? name, { scope: "col", ...numeric(name) }));
  for (const row of table.rows) {
    const line = element("tr");
    for (const name of table.names) {
      const text = shown(table, name, row[name]);
      line.append(element("td", text, text.length > 60 ? { class: "wide" } : numeric(name)));
    }
    body.append(line);
  }
  top.append(head);
  place.append(top, body);
}

function offer(link, csv) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
}

/* Pairs of what Vega gives for the mark under the pointer, as text. */
function point(handler, event, item, value) {
  tip.replaceChildren();
  tip.hidden = value === null || typeof value !== "object";
  if (tip.hidden) return;
  for (const [name, text] of Object.entries(value)) {
    const line = element("div");
    line.append(element("span", name), element("span", String(text).replace(/^-/, MINUS)));
    tip.append(line);
  }
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, window.innerWidth - box.width - 4))}px`;
  tip.style.top = `${Math.max(4, event.clientY + 18 + box.height > window.innerHeight ? event.clientY - box.height - 10 : event.clientY + 18)}px`;
}

class Figure {
  constructor(content) {
    this.section = document.getElementById(content.name);
    this.charts = content.charts;
    this.tables = Object.fromEntries(content.tables.map(table => [table.name, { ...table, ...parse(table) }]));
    this.views = {};
    this.parameters = {};
    for (const [name, table] of Object.entries(this.tables)) {
      offer(this.link(name), table.csv);
      this.details(name).addEventListener("toggle", () => this.open(name));
      this.open(name);
    }
    this.listen();
    this.drawn = this.draw();
  }

  link(name) { return this.section.querySelector(`[data-csv="${name}"]`); }
  details(name) { return this.section.querySelector(`[data-table="${name}"]`); }
  open(name) { if (this.details(name).open) fill(this.details(name), this.tables[name]); }

  listen() {
    for (const control of this.section.querySelectorAll("[data-parameter]")) {
      const numeric = control.dataset.parameter === "question";
      const event = control.type === "search" ? "input" : "change";
      control.addEventListener(event, () => this.set(control.dataset.parameter, numeric ? Number(control.value) : control.value));
    }
    const boxes = [...this.section.querySelectorAll("[data-series]")];
    for (const box of boxes) box.addEventListener("change", () => this.set("shown", boxes.filter(b => b.checked).map(b => b.value)));
    for (const radio of this.section.querySelectorAll("[type=radio]")) {
      radio.addEventListener("change", () => {
        for (const place of this.section.querySelectorAll(".chart")) place.hidden = place.dataset.variant !== radio.value;
        this.drawn = this.draw();
      });
    }
  }

  /* Draw what is in sight for the first time: a hidden chart has no width. */
  async draw() {
    for (const place of this.section.querySelectorAll(".chart:not([hidden])")) {
      const variant = place.dataset.variant;
      if (variant in this.views) continue;
      try {
        const embed = await library();
        /* Errors alone: a chart without a series is a choice, no fault. */
        const options = { mode: "vega", renderer: "svg", actions: false, defaultStyle: false, tooltip: point, logLevel: 1 };
        const { view } = await embed(place, this.filled(this.charts[variant]), options);
        this.views[variant] = view;
        place.querySelector("svg").setAttribute("aria-hidden", "true");
      } catch (error) {
        place.textContent = "This figure could not be drawn; its table is below. Browsers since 2023 draw it.";
        console.error(error);
      }
    }
  }

  /* A specification with the rows of the tables and with what has been set. */
  filled(chart) {
    const values = name => (name in this.tables ? { values: this.copies(this.tables[name]) } : {});
    const value = name => (name in this.parameters ? { value: this.parameters[name] } : {});
    return {
      ...chart,
      data: chart.data.map(set => ({ ...set, ...values(set.name) })),
      signals: chart.signals.map(signal => ({ ...signal, ...value(signal.name) })),
    };
  }

  takes(variant, name) { return this.charts[variant].data.some(set => set.name === name); }
  copies(table) { return table.rows.map(row => ({ ...row })); }

  set(name, value) {
    this.parameters[name] = value;
    for (const view of Object.values(this.views)) view.signal(name, value).run();
  }

  /* Other rows in a table: in the charts, on the page and for the download. */
  put(name, rows) {
    const table = this.tables[name];
    table.rows = rows;
    table.csv = [table.names, ...rows.map(row => table.names.map(column => row[column]))].map(line => line.map(quoted).join(",") + "\n").join("");
    offer(this.link(name), table.csv);
    this.open(name);
    for (const [variant, view] of Object.entries(this.views)) if (this.takes(variant, name)) view.data(name, this.copies(table)).run();
  }
}

function quoted(value) {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/* Prices of a token relative to today, an array of draws for each year; in year 0 they are one. */
function unpacked({ draws, prices }) {
  const bytes = Uint8Array.from(atob(prices), letter => letter.charCodeAt(0)), view = new DataView(bytes.buffer);
  const ahead = Array.from({ length: bytes.length / (4 * draws) }, (_, year) =>
    Float64Array.from({ length: draws }, (_, draw) => view.getFloat32(4 * (year * draws + draw), true)));
  return [new Float64Array(draws).fill(1), ...ahead];
}

/* A service with other values of its inputs. */
function assuming(service, values) {
  const changed = structuredClone(service);
  service.inputs.forEach(({ section, key }, at) => { changed[section][key] = values[at]; });
  return changed;
}

/* Margins and values of a service under every future, as rows of the two tables. */
function outlook(service, { first_year, futures }) {
  const margins = [], values = [];
  for (const { future, paths } of futures) {
    const { margins: byYear, npv: [npv_q05, npv_q50, npv_q95], ...shares } = accounts.outlook(service, paths);
    byYear.forEach(([q05, q50, q95], year) => margins.push({ future, year: first_year + year, q05, q50, q95 }));
    values.push({ future, npv_q05, npv_q50, npv_q95, ...shares });
  }
  return { margins, values };
}

function reading(input, value) {
  if (input.percent) return `${(100 * value).toFixed(1).replace("-", MINUS)} %`;
  const text = value.toLocaleString("en", { maximumSignificantDigits: 4 }).replace("-", MINUS);
  return input.usd ? `${text} USD` : text;
}

function sliders(figure, known) {
  for (const future of known.futures) future.paths = unpacked(future);
  const select = document.getElementById("service"), place = document.getElementById("sliders");
  const show = service => {
    const values = [...place.querySelectorAll("input")].map(slider => Number(slider.value));
    const rows = outlook(assuming(service, values), known);
    figure.put("service_margins", rows.margins);
    figure.put("service_values", rows.values);
  };
  const choose = () => {
    const service = known.services[Number(select.value)];
    place.querySelectorAll("label, button").forEach(part => part.remove());
    const resets = service.inputs.map((input, at) => {
      const label = element("label"), output = element("output", "", { for: `slider-${at}` });
      const slider = element("input", undefined, {
        type: "range", id: `slider-${at}`, min: input.low, max: input.high, step: "any", "aria-label": input.label,
      });
      const say = () => {
        output.textContent = reading(input, Number(slider.value));
        slider.setAttribute("aria-valuetext", output.textContent);
      };
      const reset = () => { slider.value = service[input.section][input.key]; say(); };
      slider.addEventListener("input", () => { say(); show(service); });
      label.append(element("span", input.label), output, slider);
      place.append(label);
      reset();
      return reset;
    });
    const back = element("button", "Back to the service's own values", { type: "button" });
    back.addEventListener("click", () => { resets.forEach(reset => reset()); show(service); });
    place.append(back);
    show(service);
  };
  select.addEventListener("change", choose);
  choose();
}

/* On the day the page is opened: that prices have had long to move since the last one here. */
function age() {
  const place = document.getElementById("age"), { last, long } = place.dataset;
  const days = Math.floor((Date.now() - Date.parse(last)) / 864e5);
  if (!(days > Number(long))) return;
  place.hidden = false;
  place.textContent = `The last price on this page is ${days} days old (${last}): there may be newer ones. `
    + "costfloor refresh takes them in, costfloor report answers with them, and costfloor page writes this page anew.";
}

age();
const figures = Object.fromEntries(page.figures.map(content => [content.name, new Figure(content)]));
const known = page.unit_economics;
if (known.services.length) sliders(figures.services, known);
window.explorer = { figures, outlook: (at, values) => outlook(assuming(known.services[at], values), known) };
})();
