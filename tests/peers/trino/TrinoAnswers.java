/*
 * Statements from standard input, one a line; to each a line of answer: the rows as JSON texts, written as Athena writes
 * them, or the reason of the failure as a JSON string. Trino runs inside this process, in UTC.
 */
import io.trino.Session;
import io.trino.spi.TrinoException;
import io.trino.spi.security.Identity;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.MapType;
import io.trino.spi.type.RowType;
import io.trino.spi.type.SqlTimestamp;
import io.trino.spi.type.SqlTimestampWithTimeZone;
import io.trino.spi.type.TimeZoneKey;
import io.trino.spi.type.Type;
import io.trino.spi.type.VarbinaryType;
import io.trino.testing.LocalQueryRunner;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.TestingSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

public final class TrinoAnswers {
    public static void main(String[] args) throws Exception {
        Session session = TestingSession.testSessionBuilder().setTimeZoneKey(TimeZoneKey.UTC_KEY)
                .setIdentity(Identity.ofUser("bfpipe")).build();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        java.io.PrintStream out = new java.io.PrintStream(System.out, false, "UTF-8");
        try (LocalQueryRunner trino = LocalQueryRunner.create(session)) {
            for (String sql; (sql = in.readLine()) != null;)
                out.println(answer(trino, sql));
            out.flush();
        }
        System.exit(0);
    }

    private static String answer(LocalQueryRunner trino, String sql) {
        try {
            MaterializedResult result = trino.execute(sql);
            StringJoiner rows = new StringJoiner(",", "[", "]");
            for (MaterializedRow row : result) {
                StringJoiner values = new StringJoiner(",", "[", "]");
                for (int i = 0; i < row.getFieldCount(); i++) {
                    Object value = row.getField(i);
                    values.add(value == null ? "null" : quoted(text(result.getTypes().get(i), value)));
                }
                rows.add(values.toString());
            }
            return rows.toString();
        } catch (RuntimeException e) {
            String code = e instanceof TrinoException t ? t.getErrorCode().getName() + ": " : "";
            return quoted(code + e.getMessage());
        }
    }

    private static String text(Type type, Object value) {
        if (value == null)
            return "null";
        if (type instanceof ArrayType array) {
            StringJoiner all = new StringJoiner(", ", "[", "]");
            for (Object one : (List<?>) value)
                all.add(text(array.getElementType(), one));
            return all.toString();
        }
        if (type instanceof MapType map) {
            StringJoiner all = new StringJoiner(", ", "{", "}");
            for (Map.Entry<?, ?> one : ((Map<?, ?>) value).entrySet())
                all.add(text(map.getKeyType(), one.getKey()) + "=" + text(map.getValueType(), one.getValue()));
            return all.toString();
        }
        if (type instanceof RowType row) {
            List<?> fields = value instanceof MaterializedRow r ? r.getFields() : (List<?>) value;
            StringJoiner all = new StringJoiner(", ", "{", "}");
            for (int i = 0; i < fields.size(); i++)
                all.add(row.getFields().get(i).getName().orElse("field" + i) + "="
                        + text(row.getFields().get(i).getType(), fields.get(i)));
            return all.toString();
        }
        if (value instanceof SqlTimestamp t)
            return t.roundTo(3).toString();
        if (value instanceof SqlTimestampWithTimeZone t)
            return t.roundTo(3).toString();
        if (type instanceof VarbinaryType)
            return value.toString().replace("   ", " ").trim();
        return value.toString();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < ' ')
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        return out.append('"').toString();
    }
}
