// ParquetRows FOLDER: reads FOLDER/*.parquet with parquet-java, each page's CRC checked, and writes the rows of NAME.parquet
// to NAME.java, a JSON list a line, in the form of tests/services/parquet_rows.mjs (fractions as Java prints them). Of
// FOLDER/skip it asks what can be answered without the pages that are overwritten, and prints the answers.
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

public class ParquetRows {
    static class Builder extends ParquetReader.Builder<Group> {
        Builder(InputFile file) {
            super(file);
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }

    static ParquetReader<Group> open(Path path, FilterPredicate filter) throws IOException {
        Builder b = new Builder(new LocalInputFile(path));
        b.usePageChecksumVerification(true);
        if (filter != null)
            b.withFilter(FilterCompat.get(filter));
        return b.build();
    }

    static String quoted(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray())
            out.append(c == '"' || c == '\\' ? "\\" + c : c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return out.append('"').toString();
    }

    static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes)
            out.append(String.format("%02x", b));
        return out.toString();
    }

    static String scalar(Group g, Type type, int field, int i) {
        LogicalTypeAnnotation as = type.getLogicalTypeAnnotation();
        switch (type.asPrimitiveType().getPrimitiveTypeName()) {
        case BOOLEAN:
            return quoted(String.valueOf(g.getBoolean(field, i)));
        case INT32:
            return quoted(String.valueOf(g.getInteger(field, i)));
        case INT64:
            return quoted(String.valueOf(g.getLong(field, i)));
        case FLOAT:
            return quoted(String.valueOf((double) g.getFloat(field, i)));
        case DOUBLE:
            return quoted(String.valueOf(g.getDouble(field, i)));
        case FIXED_LEN_BYTE_ARRAY:
            return quoted(new BigInteger(g.getBinary(field, i).getBytes()).toString());
        default:
            Binary b = g.getBinary(field, i);
            return quoted(as == null ? hex(b.getBytes()) : b.toStringUsingUTF8());
        }
    }

    static String value(Group g, Type type, int field, int i) {
        if (type.isPrimitive())
            return scalar(g, type, field, i);
        GroupType group = type.asGroupType();
        Group in = g.getGroup(field, i);
        LogicalTypeAnnotation as = type.getLogicalTypeAnnotation();
        StringBuilder out = new StringBuilder("[");
        if (as == null) // a struct
            return out.append(members(in, group)).append(']').toString();
        boolean map = as instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation;
        GroupType repeated = group.getType(0).asGroupType();
        for (int k = 0; k < in.getFieldRepetitionCount(0); k++) {
            Group one = in.getGroup(0, k);
            out.append(k > 0 ? "," : "").append(map ? "[" + members(one, repeated) + "]" : members(one, repeated));
        }
        return out.append(']').toString();
    }

    static String members(Group g, GroupType type) {
        StringBuilder out = new StringBuilder();
        for (int f = 0; f < type.getFieldCount(); f++)
            out.append(f > 0 ? "," : "").append(g.getFieldRepetitionCount(f) == 0 ? "null" : value(g, type.getType(f), f, 0));
        return out.toString();
    }

    static void ask(String what, Path path, FilterPredicate filter) throws IOException {
        StringBuilder out = new StringBuilder();
        try (ParquetReader<Group> reader = open(path, filter)) {
            for (Group g; (g = reader.read()) != null;)
                out.append(' ').append(g.getString("v", 0));
        }
        System.out.println(what + ":" + out);
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]), skip = folder.resolve("skip");
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(p -> p.toString().endsWith(".parquet")).sorted().collect(Collectors.toList());
        }
        for (Path path : files) {
            try (ParquetReader<Group> reader = open(path, null);
                    PrintWriter out = new PrintWriter(path.toString().replace(".parquet", ".java"), "UTF-8")) {
                for (Group g; (g = reader.read()) != null;)
                    out.println("[" + members(g, g.getType()) + "]");
            }
        }
        String key = Files.readString(skip.resolve("key")).trim();
        ask("statistics", skip.resolve("one.parquet"), FilterApi.eq(FilterApi.longColumn("i"), 41234L));
        ask("bloom filter", skip.resolve("one.parquet"), FilterApi.eq(FilterApi.binaryColumn("k"), Binary.fromString(key)));
        ask("column index", skip.resolve("pages.parquet"), FilterApi.eq(FilterApi.longColumn("i"), 45000L));
    }
}
