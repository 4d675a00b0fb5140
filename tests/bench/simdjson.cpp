/*
 * simdjson FILE: parses a file of lines with simdjson's DOM parser (parse_many), on one thread, and does nothing with the
 * documents. The file is read in blocks of whole lines into one buffer, which was faster than loading it at once.
 */
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <simdjson.h>
#include <string>
#include <unistd.h>

static bool parse(simdjson::dom::parser &parser, const char *text, size_t n)
{
    simdjson::dom::document_stream stream;
    if (parser.parse_many(text, n, n + 64).get(stream))
        return false;
    for (auto document : stream)
        if (document.error())
            return false;
    return true;
}

int main(int argc, char **argv)
{
    size_t block = 1 << 20, room = 1 << 24, have = 0;
    int in = argc > 1 ? open(argv[1], O_RDONLY) : 0;
    if (argc > 2)
        block = std::stoul(argv[2]);
    char *text = static_cast<char *>(calloc(room + simdjson::SIMDJSON_PADDING, 1));
    simdjson::dom::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
    parser.threaded = false;
#endif
    if (in < 0 || !text)
        return 1;
    for (;;) {
        size_t want = have < block ? block - have : block;
        ssize_t n = have + want <= room ? read(in, text + have, want) : -1;
        if (n < 0)
            return 1;
        if (n == 0)
            break;
        have += static_cast<size_t>(n);
        const void *newline = memrchr(text, '\n', have);
        size_t whole = newline ? static_cast<size_t>(static_cast<const char *>(newline) - text) + 1 : 0;
        if (whole && !parse(parser, text, whole))
            return 1;
        memmove(text, text + whole, have - whole);
        have -= whole;
    }
    return have && !parse(parser, text, have) ? 1 : 0;
}
