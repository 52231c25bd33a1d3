using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.EndToEnd.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly Town _town = new();

    [Fact]
    public void The_index_beside_the_program_is_the_catalogs() =>
        Assert.Equal(CommandIndex.Write(CatalogCommands.All()), File.ReadAllText(Path.Combine(Path.GetDirectoryName(Town.Program)!, "wigwag.commands")));

    [Fact]
    public void Every_command_helps_with_its_arguments_and_an_example_that_parses()
    {
        foreach (var command in CatalogCommands.All().Concat(ProgramCommands.All.Where(command => !command.IsHidden)))
        {
            var help = _town.Wigwag([.. command.Words.Split(' '), "--help"]).Fine().Output;
            Assert.Contains($"Usage: {command.Usage}", help, StringComparison.Ordinal);
            Assert.Contains(command.Example, help, StringComparison.Ordinal);
            Assert.All(command.Options, option => Assert.Contains($"--{option.Option}", help, StringComparison.Ordinal));
            CommandLine.Parse(command, Words(command.Example).AsSpan(1 + command.Words.Split(' ').Length)).Require();
        }
    }

    [Fact]
    public void No_operation_takes_a_name_that_every_command_has()
    {
        var globals = CommandLine.Globals.Select(field => field.Option).ToHashSet();
        Assert.All(Catalog.Operations, operation => Assert.Empty(CatalogCommands.Derive(operation).Options.Select(field => field.Option).Intersect(globals)));
    }

    [Fact]
    public void The_overview_lists_every_command_once_and_a_group_its_own()
    {
        var overview = _town.Wigwag("--help").Fine().Output;
        Assert.All(Catalog.Operations.Select(CatalogCommands.Derive), command => Assert.Contains($"  {command.Words} ", overview, StringComparison.Ordinal));
        Assert.DoesNotContain("agent register", _town.Wigwag("issue", "--help").Fine().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wigwag iss", "issue")]
    [InlineData("wigwag issue cre", "create")]
    [InlineData("wigwag send beads subject --categ", "--category")]
    [InlineData("wigwag send beads subject --category BL", "BLOCKED")]
    public void Bash_completes(string typed, string expected)
    {
        var words = typed.Split(' ');
        var script = $$"""
            PATH='{{Path.GetDirectoryName(Town.Program)}}':$PATH
            source <(wigwag completion bash)
            COMP_WORDS=({{typed}}); COMP_CWORD={{words.Length - 1}}
            _wigwag
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        Assert.Contains(expected, _town.Run("/bin/bash", _town.Folder, "-c", script).Fine().Output.Split('\n'));
    }

    public void Dispose() => _town.Dispose();

    // As a shell splits them, as far as the examples go: quotes keep words together.
    private static string[] Words(string line)
    {
        var words = new List<string>();
        var word = "";
        var quote = '\0';
        foreach (var c in line.Append(' '))
        {
            if (quote == '\0' && c == ' ')
            {
                if (word.Length > 0)
                {
                    words.Add(word);
                }
                word = "";
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else
            {
                word += c;
            }
        }
        return [.. words];
    }
}
