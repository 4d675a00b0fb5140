// query.mjs tsv|json SQL...: runs SQL in an in-memory DuckDB in the current folder and prints the
// rows, with an empty line between the results of several SQLs: tab-separated with a header line, or one JSON object on each line. Numbers are printed as
// text, digit for digit; NULL is \N in TSV.
import { DuckDBInstance } from "@duckdb/node-api";

const [form, ...sqls] = process.argv.slice(2);
if ((form !== "tsv" && form !== "json") || !sqls.length) {
    console.error("usage: query.mjs tsv|json SQL...");
    process.exit(2);
}
const escapes = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\" };
const cell = v => (v === null ? "\\N" : String(v).replace(/[\t\n\r\\]/g, c => escapes[c]));
try {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    for (const [i, sql] of sqls.entries()) {
        if (i)
            process.stdout.write("\n");
        const reader = await connection.runAndReadAll(sql);
        const names = reader.columnNames();
        const lines = form === "tsv" ? [names.join("\t")] : [];
        for (const row of reader.getRows())
            lines.push(form === "tsv" ? row.map(cell).join("\t")
                : JSON.stringify(Object.fromEntries(row.map((v, i) => [names[i], v === null ? null : String(v)]))));
        if (lines.length) process.stdout.write(lines.join("\n") + "\n");
    }
} catch (e) {
    console.error("query.mjs: " + e.message);
    process.exitCode = 1;
}
