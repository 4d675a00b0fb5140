// parquet_skip.mjs FOLDER: readers use what the file says of its pages: all pages that a question does not need are
// overwritten, and DuckDB and hyparquet still answer it: by the statistics of row groups, by bloom filters, and
// (hyparquet) by column and offset indexes. Then a question that needs them fails, so that the test is one.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const folder = process.argv[2];
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
let tests = 0, failed = 0;

async function check(name, wanted, question) {
    let got;
    try {
        got = JSON.stringify(await question());
    } catch {
        got = "unreadable";
    }
    const ok = got === wanted;
    failed += !ok;
    console.log(`${ok ? "ok" : "not ok"} ${++tests} - ${name}`);
    if (!ok)
        console.error(`${name}: ${got}, not ${wanted}`);
}

const key = i => (Math.imul(i, 2654435761) >>> 0).toString(16) + "-" + i;
const rows = Array.from({ length: 120000 }, (_, i) => `{"i":${i},"k":"${key(i)}","d":"2026-11-${10 + Math.floor(i / 40000)}","v":"v${i % 97}"}\n`);
writeFileSync(`${folder}/in`, rows.join(""));
execFileSync("row2pq", ["--to", `${folder}/whole.parquet`, "--row-group-rows", "40000", "--bloom", "k", `${folder}/in`]);
const bytes = readFileSync(`${folder}/whole.parquet`);
const metadata = await parquetMetadataAsync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

// Overwrites the row groups but one.
function spoil(kept, name) {
    const copy = Buffer.from(bytes);
    metadata.row_groups.forEach((g, i) => {
        for (const { meta_data: m } of i === kept ? [] : g.columns) {
            const at = Number(m.dictionary_page_offset || m.data_page_offset);
            copy.fill(0xFF, at, at + Number(m.total_compressed_size));
        }
    });
    writeFileSync(`${folder}/${name}.parquet`, copy);
    return copy;
}
const duck = sql => async () => (await connection.runAndReadAll(sql)).getRows().map(r => r.map(String));
const hyparquet = (copy, filter) => async () => (await parquetReadObjects({
    file: copy.buffer.slice(copy.byteOffset, copy.byteOffset + copy.length), compressors, filter, useBloomFilters: true, usePageIndex: true, columns: ["v"] })).map(r => [r.v]);

const copy = spoil(1, "one"), one = `'${folder}/one.parquet'`;
const wanted = i => JSON.stringify([[`v${i % 97}`]]);
await check("DuckDB: a range of whole numbers", wanted(41234), duck(`SELECT v FROM ${one} WHERE i = 41234`));
await check("DuckDB: a day", JSON.stringify([["40000"]]), duck(`SELECT count(v) FROM ${one} WHERE d = DATE '2026-11-11'`));
await check("DuckDB: one of many texts, by bloom filter", wanted(77777), duck(`SELECT v FROM ${one} WHERE k = '${key(77777)}'`));
await check("DuckDB: a text that is nowhere", "[]", duck(`SELECT v FROM ${one} WHERE i BETWEEN 40000 AND 79999 AND k = 'no'`));
await check("DuckDB: without a bloom filter all are read", "unreadable", duck(`SELECT v FROM ${one} WHERE v = 'v1'`));
await check("hyparquet: statistics", wanted(50000), hyparquet(copy, { i: { $eq: 50000n } }));
await check("hyparquet: bloom filter", wanted(60001), hyparquet(copy, { k: { $eq: key(60001) } }));

// Of the second row group, pages of 20,000 rows: the first of i and v are kept, the second overwritten.
const pages = Buffer.from(copy);
for (const { meta_data: m, offset_index_offset: at } of metadata.row_groups[1].columns) {
    const text = execFileSync("python3", ["-c", `
import sys
sys.argv = ['', sys.argv[1], '4.1.1']
sys.path.insert(0, ${JSON.stringify(new URL("../cli", import.meta.url).pathname)})
import parquet_look as p
print(p.Thrift(open(sys.argv[1], 'rb').read(), ${Number(at)}).struct()[1][1][1])`, `${folder}/whole.parquet`], { encoding: "utf8" });
    const second = Number(text.trim().split("\n").at(-1).split(" ")[0]);
    const end = Number(m.dictionary_page_offset || m.data_page_offset) + Number(m.total_compressed_size);
    pages.fill(0xFF, second, end);
}
writeFileSync(`${folder}/pages.parquet`, pages); // for other readers
writeFileSync(`${folder}/key`, key(60001));
await check("hyparquet: column and offset index", wanted(45000), hyparquet(pages, { i: { $eq: 45000n } }));
await check("the other page is unreadable", "unreadable", hyparquet(pages, { i: { $eq: 65000n } }));
console.log(`1..${tests}`);
process.exitCode = failed ? 1 : 0;
