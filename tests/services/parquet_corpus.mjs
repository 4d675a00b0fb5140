// parquet_corpus.mjs FOLDER [SEED [COUNT]]: a corpus of Parquet files by row2pq, read by DuckDB and hyparquet: every type
// x NULLs x number of rows x codec x few or many values, nested types up to three deep, no row, one, a million. With a
// SEED, COUNT files drawn from there on instead. Prints a line of TAP for each file; what a reader reads is compared value
// for value. KEEP=1 leaves the files, and beside each NAME.wanted: its columns and its rows as they must be read.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { asHyparquet, draw, drawType, fromDuck, fromHyparquet, parsers, random, scalars, words } from "./parquet_rows.mjs";

const [folder, seed, count] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
await connection.run("SET TimeZone='UTC'");
let tests = 0, failed = 0;

function tell(name, problem) {
    tests++;
    failed += problem ? 1 : 0;
    console.log(`${problem ? "not ok" : "ok"} ${tests} - ${name}`);
    if (problem)
        console.error(`${name}: ${problem}`);
}

// The first difference of two lists of rows.
function differ(columns, wanted, got) {
    if (wanted.length !== got.length)
        return `${got.length} rows, not ${wanted.length}`;
    for (let i = 0; i < wanted.length; i++)
        for (let k = 0; k < columns.length; k++) {
            const a = JSON.stringify(wanted[i][k]), b = JSON.stringify(got[i][k]);
            if (a !== b)
                return `row ${i}, ${columns[k][0]} ${words(columns[k][1])}: ${b}, not ${a}`;
        }
    return null;
}

async function byDuck(path, columns) {
    const reader = await connection.runAndReadAll(`SELECT ${columns.map(c => `"${c[0]}"`).join(",")} FROM '${path}'`);
    return reader.getRows().map(r => r.map((v, k) => fromDuck(columns[k][1], v)));
}

async function byHyparquet(path, columns) {
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file, compressors, parsers, utf8: false });
    return rows.map(r => columns.map(([n, t]) => fromHyparquet(t, r[n])));
}

// One file. columns: [name, type, share of NULLs, few].
async function one(name, columns, rows, rng, options) {
    const path = `${folder}/f${tests}`;
    const lines = [], wanted = [];
    for (let i = 0; i < rows; i++) {
        const values = columns.map(([, t, nulls, few]) => draw(t, rng, nulls, few));
        const members = columns.map(([n], k) => [n, values[k]]).filter(([, v]) => v[1] !== null || rng() < 0.5);
        lines.push(`{${members.map(([n, v]) => `"${n}":${v[0]}`).join(",")}}\n`);
        wanted.push(values.map(v => v[1]));
    }
    writeFileSync(`${path}.schema`, columns.map(([n, t, nulls]) => `${n} ${words(t)}${nulls < 0 ? " not null" : ""}\n`).join(""));
    writeFileSync(`${path}.ndjson`, lines.join(""));
    let problem = null;
    try {
        execFileSync("row2pq", ["--schema", `${path}.schema`, "--to", `${path}.parquet`, ...options, `${path}.ndjson`], { stdio: ["ignore", "pipe", "pipe"] });
        execFileSync("python3", [new URL("../cli/parquet_look.py", import.meta.url).pathname, `${path}.parquet`, "3"]);
        const duck = differ(columns, wanted, await byDuck(`${path}.parquet`, columns));
        const others = wanted.map(r => r.map((v, k) => asHyparquet(columns[k][1], v)));
        const hyparquet = differ(columns, others, await byHyparquet(`${path}.parquet`, columns));
        problem = [duck && `DuckDB: ${duck}`, hyparquet && `hyparquet: ${hyparquet}`].filter(Boolean).join("; ") || null;
    } catch (e) {
        problem = e.stderr ? String(e.stderr) : e.stack;
    }
    if (process.env.KEEP)
        writeFileSync(`${path}.wanted`, JSON.stringify({ columns: columns.map(([n, t]) => [n, t]), rows: wanted }));
    tell(name, problem);
    if (!problem && !process.env.KEEP)
        for (const end of ["schema", "ndjson", "parquet"])
            rmSync(`${path}.${end}`);
}

const codecs = ["zstd", "snappy", "gzip", "none"];

async function corpus() {
    const rng = random(1), nulls = [-1, 0, 0.1, 0.5, 1];
    for (const [i, rows] of [0, 1, 2, 8, 9, 500, 20000, 20001].entries()) {
        // files of many rows by some types each, so that none takes long
        const cut = rows < 1000 ? [scalars] : [scalars.slice(0, 8), scalars.slice(8, 15), scalars.slice(15)];
        for (const [part, types] of cut.entries())
            for (const few of [true, false]) {
                const columns = types.flatMap((t, k) => (rows < 1000 ? nulls : [nulls[k % 4]]).map((n, j) => [`c${k}_${j}`, t, n, few]));
                const codec = codecs[(i + part + few) % 4];
                await one(`${rows} rows of ${types.length} types, ${few ? "few" : "many"} values, ${codec}`, columns, rows, rng,
                    ["--compress", codec, ...(rows === 500 ? ["--row-group-rows", "170"] : [])]);
            }
    }
    for (let i = 0; i < 24; i++) {
        const columns = Array.from({ length: 4 }, (_, k) => [`n${k}`, drawType(rng, 3), rng.pick([0, 0.2, 0.6]), i % 2 === 0]);
        await one(`nested: ${columns.map(c => words(c[1])).join(" ")}`.slice(0, 100), columns, [1, 7, 300][i % 3], rng, ["--compress", codecs[i % 4]]);
    }
    const deep = [["a", { array: { array: { array: "int" } } }, 0.2, false], ["m", { map: { array: { struct: [["x", "decimal(20,2)"]] } } }, 0.1, true]];
    await one("nested three deep, several pages", deep, 30000, rng, []);
    const long = [["s", "string", 0.1, false], ["l", { array: "string" }, 0.1, false]];
    await one("row groups of a page each", long, 30000, rng, ["--row-group-size", "1"]);
    await one("bloom filters", scalars.filter(t => t !== "boolean").map((t, k) => [`c${k}`, t, 0.1, k % 2 === 0]), 3000, rng,
        ["--bloom", scalars.filter(t => t !== "boolean").map((_, k) => `c${k}`).join(",")]);
}

async function drawn(from, n) {
    for (let s = from; s < from + n; s++) {
        const rng = random(s * 7919);
        const columns = Array.from({ length: 1 + rng.below(8) }, (_, k) => [`c${k}`, drawType(rng, rng.below(4)), rng.pick([0, 0.1, 0.5]), rng() < 0.5]);
        const options = ["--compress", rng.pick(codecs), ...(rng() < 0.3 ? ["--row-group-rows", String(1 + rng.below(300))] : [])];
        await one(`seed ${s}`, columns, rng.pick([0, 1, 10, 100, 1000]), rng, options);
    }
}

if (seed)
    await drawn(Number(seed), Number(count || 1));
else
    await corpus();
console.log(`1..${tests}`);
process.exitCode = failed ? 1 : 0;
