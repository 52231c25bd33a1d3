using System.Text;
using Wigwag.Program.Init;

namespace Wigwag.Tests.Init;

/// <summary>Configuration files as people and other programs leave them: any indentation, comments, trailing commas, entries of their own.</summary>
internal static class OthersFiles
{
    public static string Json(int seed, WantedFile file) => new JsonWriter(new Random(seed), file).Write();

    public static string Toml(int seed)
    {
        var random = new Random(seed);
        string[] blocks =
        [
            "model = \"o5\"\n", "# a comment\n", "\n", "[features]\nhooks = true\n", "[mcp_servers.docs]\ncommand = \"docs\" # theirs\nargs = [\n  \"[x]\",\n]\n",
            "[mcp_servers.docs.env]\nA = '[mcp_servers.wigwa]'\n", "text = \"\"\"\n[mcp_servers.nothing]\n\"\"\"\n", "[[list]]\nname = 'x'\n", "[ projects . \"/src/vc\" ]\ntrust_level = \"trusted\"\n", "[tui]\n\n# about the next\n",
        ];
        var text = string.Concat(blocks.OrderBy(_ => random.Next()).Take(random.Next(6)));
        text = random.Next(4) == 0 ? text.TrimEnd('\n') : text;
        return random.Next(5) == 0 ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
    }

    private sealed class JsonWriter(Random random, WantedFile file)
    {
        private static readonly string[] Empty = ["", "\n", "// nothing yet\n", "{}", "{ }", "{\n}\n"];
        private static readonly string[] Servers = ["docs", "search"];
        private static readonly string[] Units = ["  ", "    ", "\t", ""];
        private static readonly string[] Values = ["\"a \\\"text\\\" // no comment\"", "1.5e3", "true", "null", "[]", "{}", "[1, 2]"];

        private readonly StringBuilder _text = new();
        private readonly string _newLine = random.Next(5) == 0 ? "\r\n" : "\n";
        private readonly string _unit = Units[random.Next(Units.Length)];
        private readonly bool _isOneLine = random.Next(6) == 0;
        private readonly bool _hasComments = random.Next(2) == 0;
        private readonly bool _hasTrailingCommas = random.Next(3) == 0;

        public string Write()
        {
            if (random.Next(20) == 0)
            {
                return Empty[random.Next(Empty.Length)];
            }
            if (random.Next(10) == 0)
            {
                _text.Append('\ufeff');
            }
            Object(0, ["hooks", "mcpServers", "version", .. Names()]);
            return _text.Append(random.Next(3) == 0 ? "" : _newLine).ToString();
        }

        private IEnumerable<string> Names() => Enumerable.Range(0, random.Next(4)).Select(i => $"theirs{i}");

        private void Object(int depth, IEnumerable<string> names)
        {
            var members = names.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).ToList();
            Items('{', '}', depth, members.Count, i =>
            {
                _text.Append('"').Append(members[i]).Append(random.Next(8) == 0 ? "\" :" : "\": ");
                Value(depth + 1, members[i]);
            });
        }

        private void Value(int depth, string name)
        {
            if (name == "version")
            {
                _text.Append('1');
            }
            else if (name == "mcpServers")
            {
                Object(depth, Servers);
            }
            else if (name == "hooks")
            {
                Object(depth, [.. file.Values.OfType<Wanted.Hook>().Select(hook => hook.Path[1]), "Other"]);
            }
            else if (char.IsUpper(name[0]) || file.Values.OfType<Wanted.Hook>().Any(hook => hook.Path[1] == name))
            {
                Items('[', ']', depth, random.Next(3), _ => _text.Append("{ \"hooks\": [{ \"type\": \"command\", \"command\": \"echo 'theirs, [x] {y}'\" }] }"));
            }
            else if (random.Next(3) == 0 && depth < 4)
            {
                Object(depth, Names());
            }
            else
            {
                _text.Append(Values[random.Next(Values.Length)]);
            }
        }

        private void Items(char open, char close, int depth, int count, Action<int> item)
        {
            _text.Append(open);
            for (var i = 0; i < count; i++)
            {
                Line(depth + 1);
                item(i);
                if (i < count - 1 || _hasTrailingCommas && !_isOneLine)
                {
                    _text.Append(_hasComments && !_isOneLine && random.Next(6) == 0 ? " /* before */ ," : ",");
                }
                if (_hasComments && !_isOneLine && random.Next(3) == 0)
                {
                    _text.Append(random.Next(2) == 0 ? " // a, {note}" : " /* a [note], */");
                }
                if (_isOneLine)
                {
                    _text.Append(' ');
                }
            }
            if (count > 0 || random.Next(4) == 0)
            {
                Line(depth);
            }
            _text.Append(close);
        }

        private void Line(int depth)
        {
            if (!_isOneLine)
            {
                _text.Append(_newLine).Insert(_text.Length, _unit, depth);
            }
        }
    }
}
