// Random rows of every type, by a seed: a schema for row2pq, rows as JSON, and their values in a canonical form for
// all readers: numbers as text, digit for digit (a decimal as its number of units, times since
// 1970 in the column's unit), bytes in hex, lists as arrays, structs as arrays in the order of the fields, maps as arrays
// of pairs, null. Also the conversion of the values of DuckDB and hyparquet to this form.

export const scalars = ["string", "json", "binary", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double",
    "decimal(1,0)", "decimal(9,2)", "decimal(10,3)", "decimal(18,18)", "decimal(19,4)", "decimal(28,10)", "decimal(38,0)",
    "decimal(38,38)", "date", "timestamp", "timestamp(3)", "timestamptz"];

// mulberry32: the same numbers for a seed on every machine.
export function random(seed) {
    let a = seed >>> 0;
    const next = () => {
        a = (a + 0x6D2B79F5) >>> 0;
        let t = Math.imul(a ^ (a >>> 15), 1 | a);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    next.below = n => Math.floor(next() * n);
    next.pick = list => list[next.below(list.length)];
    return next;
}

const digits = (rng, n) => Array.from({ length: n }, () => rng.below(10)).join("");
const texts = ["", "a", "ab\u0000c", "é", "日本語", "😀", "\"\\/\b\f\n\r\t", "x".repeat(300), "z".repeat(64) + "~", "é".repeat(33), "\u007f".repeat(70)];

function whole(rng, bits) {
    const top = 1n << BigInt(bits - 1);
    if (rng() < 0.1)
        return rng.pick([0n, -1n, 1n, top - 1n, -top]);
    const v = BigInt("0x" + Array.from({ length: 16 }, () => rng.below(16).toString(16)).join("")) % (2n * top) - top;
    return rng() < 0.5 ? v / (top > 1000n ? top / 1000n : 1n) : v;
}

function decimal(rng, p, s) {
    let units = BigInt(digits(rng, rng() < 0.3 ? p : 1 + rng.below(p)));
    if (rng() < 0.1)
        units = rng.pick([0n, 1n, 10n ** BigInt(p) - 1n]);
    if (rng() < 0.5)
        units = -units;
    const sign = units < 0n ? "-" : "", plain = String(units < 0n ? -units : units).padStart(s + 1, "0");
    let text = sign + (s ? plain.slice(0, -s) + "." + plain.slice(-s) : plain);
    if (s && rng() < 0.3)
        text = text.replace(/\.?0+$/, "");
    if (rng() < 0.1 && units % 10n === 0n && s === 0 && units)
        text = sign + plain.slice(0, -1) + "e1";
    return [rng() < 0.2 ? `"${text}"` : text, String(units)];
}

function time(rng, unit, of) {
    const ms = of === "few" ? 1795759200000 + 60000 * rng.below(50) : rng.below(4e12) - 1e12;
    const micros = unit === 6 ? rng.below(1000) : 0, iso = new Date(ms).toISOString().slice(0, -1);
    const value = unit === 6 ? String(BigInt(ms) * 1000n + BigInt(micros)) : String(ms);
    const more = unit === 6 && micros ? String(micros).padStart(3, "0") : "";
    const forms = [`"${iso}${more}Z"`, `"${iso.replace("T", " ")}${more}"`, `"${iso}${more}+00:00"`];
    if (!micros && ms > 1e12 && ms < 9e12)
        forms.push(String(ms));
    return [rng.pick(forms), value];
}

// [JSON text, canonical value] of a scalar that is not null. few: of about a dozen values.
function scalar(type, rng, few) {
    const [, kind, p, s] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?/.exec(type);
    if (few)
        rng = random(rng.below(20) + type.length * 1000);
    switch (kind) {
    case "string": {
        const v = rng() < 0.3 ? rng.pick(texts) : "v" + digits(rng, 1 + rng.below(12));
        return rng() < 0.05 && !few ? ["1.50", "1.50"] : [JSON.stringify(v), v];
    }
    case "json": {
        const v = rng.pick(['{"a":[1,2.50,null]}', '"text"', "1.0", "true", "[]", `{"n":${digits(rng, 1)}}`]);
        return [v, v];
    }
    case "binary": {
        const v = Buffer.from(Array.from({ length: rng.below(20) }, () => rng.below(256)));
        return [JSON.stringify(v.toString("base64")), v.toString("hex")];
    }
    case "boolean": {
        const v = rng() < 0.5;
        return [rng.pick([String(v), String(v), v ? "1" : "0", `"${v}"`]), String(v)];
    }
    case "float":
    case "double": {
        const v = rng.pick([0, -0, 1e-7, 123.456, 1e22, rng() * 1000, -rng(), rng.below(1000) / 4]);
        const near = kind === "float" ? Math.fround(v) : v; // otherwise the text could be rounded differently than the double
        return [Object.is(v, -0) ? "-0.0" : String(near), String(near)];
    }
    case "decimal":
        return decimal(rng, Number(p), Number(s));
    case "date": {
        const day = rng.below(60000) - 20000;
        return [`"${new Date(day * 86400000).toISOString().slice(0, 10)}"`, String(day)];
    }
    case "timestamp":
    case "timestamptz":
        return time(rng, p === "3" ? 3 : 6, few ? "few" : "many");
    default: {
        const v = whole(rng, { tinyint: 8, smallint: 16, int: 32, bigint: 64 }[kind]);
        return [rng() < 0.1 ? `"${v}"` : rng() < 0.05 ? `${v}.0` : String(v), String(v)];
    }
    }
}

// A type, nested up to depth.
export function drawType(rng, depth) {
    const kind = depth ? rng.pick(["array", "map", "struct", "scalar"]) : "scalar";
    if (kind === "scalar")
        return rng.pick(scalars);
    if (kind === "array")
        return { array: drawType(rng, depth - 1) };
    if (kind === "map")
        return { map: drawType(rng, depth - 1) };
    return { struct: Array.from({ length: 1 + rng.below(3) }, (_, i) => ["f" + i, drawType(rng, depth - 1)]) };
}

export const words = t => typeof t === "string" ? t
    : t.array ? `array<${words(t.array)}>` : t.map ? `map<string,${words(t.map)}>`
        : `struct<${t.struct.map(([n, f]) => `${n}:${words(f)}`).join(",")}>`;

// [JSON text, canonical value]; nulls: the ratio of nulls.
export function draw(type, rng, nulls, few) {
    if (rng() < nulls)
        return ["null", null];
    if (typeof type === "string")
        return scalar(type, rng, few);
    if (type.array) {
        const items = Array.from({ length: rng.below(4) }, () => draw(type.array, rng, nulls, few));
        return [`[${items.map(v => v[0]).join(" , ")}]`, items.map(v => v[1])];
    }
    if (type.map) {
        const items = Array.from({ length: rng.below(4) }, (_, i) => [`k${i}`, draw(type.map, rng, nulls, few)]);
        return [`{${items.map(([k, v]) => `"${k}":${v[0]}`).join(",")}}`, items.map(([k, v]) => [k, v[1]])];
    }
    const fields = type.struct.map(([name, f]) => [name, draw(f, rng, nulls, few)]);
    const shown = fields.filter(([, v]) => v[1] !== null || rng() < 0.5);
    if (rng() < 0.3)
        shown.reverse();
    return [`{${shown.map(([k, v]) => `"${k}":${v[0]}`).join(",")}}`, fields.map(([, v]) => v[1])];
}

const hex = bytes => Buffer.from(bytes).toString("hex");

// A value of DuckDB's node client.
export function fromDuck(type, v) {
    if (v === null || v === undefined)
        return null;
    if (typeof type !== "string")
        return type.array ? v.items.map(x => fromDuck(type.array, x))
            : type.map ? v.entries.map(({ key, value }) => [key, fromDuck(type.map, value)])
                : type.struct.map(([n, f]) => fromDuck(f, v.entries[n]));
    if (type === "binary")
        return hex(v.bytes);
    if (type.startsWith("decimal"))
        return String(v.value);
    if (type === "date")
        return String(v.days);
    if (type.startsWith("timestamp"))
        return type.endsWith("(3)") ? String(v.micros / 1000n) : String(v.micros);
    return String(v);
}

// hyparquet's parsers without loss. Its decimals are doubles, and are compared as doubles.
export const parsers = {
    timestampFromMilliseconds: v => v,
    timestampFromMicroseconds: v => v,
    timestampFromNanoseconds: v => v,
    dateFromDays: v => v,
    jsonFromBytes: b => b && new TextDecoder().decode(b),
    stringFromBytes: b => b && new TextDecoder().decode(b),
};

export function fromHyparquet(type, v) {
    if (v === null || v === undefined)
        return null;
    if (typeof type !== "string")
        return type.array ? v.map(x => fromHyparquet(type.array, x))
            : type.map ? Object.entries(v).map(([k, x]) => [k, fromHyparquet(type.map, x)])
                : type.struct.map(([n, f]) => fromHyparquet(f, v[n]));
    if (type === "binary")
        return hex(v);
    return typeof v === "number" && Object.is(v, -0) ? "0" : String(v);
}

// The value that hyparquet gives: a decimal as a double, multiplied by its power of ten as hyparquet computes it.
export function asHyparquet(type, v) {
    if (v === null)
        return null;
    if (typeof type !== "string")
        return type.array ? v.map(x => asHyparquet(type.array, x)) : type.map ? v.map(([k, x]) => [k, asHyparquet(type.map, x)])
            : type.struct.map(([, f], i) => asHyparquet(f, v[i]));
    if (!type.startsWith("decimal"))
        return v;
    const d = Number(v) * 10 ** -Number(/,(\d+)/.exec(type)[1]);
    return String(Object.is(d, -0) ? 0 : d);
}
