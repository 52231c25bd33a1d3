using Wigwag.Core.Operations;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Wigwag.Git;

/// <summary>
/// The repository's own configuration, <c>.wigwag/config.yaml</c> and <c>.beads/coordination.yaml</c>, read event by event: no
/// reflection, no anchors, no tags, nothing but text under the keys that are known.
/// </summary>
internal sealed record RepositoryConfig(IReadOnlyList<ExternalEntry> Externals, IReadOnlyList<string> Warnings)
{
    private const int MaxBytes = 64 << 10;

    /// <summary>The files, the first of which wins where both name a project.</summary>
    public static readonly IReadOnlyList<string> Files = [".wigwag/config.yaml", ".beads/coordination.yaml"];

    /// <summary>What the files of a working copy say together.</summary>
    /// <returns>The configuration; <c>bad_config</c> naming file and line.</returns>
    public static Result<RepositoryConfig> Read(string root)
    {
        List<ExternalEntry> externals = [];
        List<string> warnings = [];
        foreach (var name in Files)
        {
            if (!PlainFile.ReadText(Path.Combine(root, name), MaxBytes, root).Try(out var text, out var refusal))
            {
                return refusal with { Code = "bad_config" };
            }
            if (text is null)
            {
                continue;
            }
            if (!Parse(name, text).Try(out var config, out var error))
            {
                return error;
            }
            externals.AddRange(config.Externals.Where(entry => !externals.Exists(other => other.Name == entry.Name)));
            warnings.AddRange(config.Warnings);
        }
        return new RepositoryConfig(externals, warnings);
    }

    /// <summary>What one file says.</summary>
    public static Result<RepositoryConfig> Parse(string file, string text)
    {
        try
        {
            return new Reader(file, new Parser(new StringReader(text))).Document();
        }
        catch (YamlException e)
        {
            return Bad($"{file}, line {e.Start.Line}: {e.Message}");
        }
    }

    private static Error Bad(string reason) => Error.Invalid(
        "bad_config", reason, "Mend the file; external_projects maps each name to git_remote, local_path and coordination_url.");

    /// <summary>One pass over the events of one file.</summary>
    private sealed class Reader(string file, IParser yaml)
    {
        private readonly List<ExternalEntry> _externals = [];
        private readonly List<string> _warnings = [];

        public RepositoryConfig Document()
        {
            yaml.Consume<StreamStart>();
            if (yaml.TryConsume<DocumentStart>(out _))
            {
                Mapping("the file", (key, place) =>
                {
                    if (key == "external_projects")
                    {
                        Mapping(key, External);
                    }
                    else
                    {
                        Unknown(key, place);
                    }
                });
                yaml.Consume<DocumentEnd>();
            }
            if (yaml.Current is not null && !yaml.TryConsume<StreamEnd>(out _))
            {
                throw Wrong(yaml.Current, "a second document");
            }
            return new(_externals, _warnings);
        }

        private void External(string name, Mark at)
        {
            string? remote = null, path = null, url = null;
            Mapping($"external_projects.{name}", (key, place) =>
            {
                switch (key)
                {
                    case "git_remote":
                        remote = Text(key);
                        break;
                    case "local_path":
                        path = Text(key);
                        break;
                    case "coordination_url":
                        url = Text(key);
                        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
                        {
                            throw new YamlException(place, place, "coordination_url must be an http or https address");
                        }
                        break;
                    default:
                        Unknown(key, place);
                        break;
                }
            });
            if (remote is null && path is null)
            {
                throw new YamlException(at, at, $"external_projects.{name} needs a git_remote or a local_path");
            }
            _externals.Add(new(name, remote, path, url, $"{file}, line {at.Line}"));
        }

        /// <summary>A mapping, or nothing at all; each key once.</summary>
        private void Mapping(string what, Action<string, Mark> entry)
        {
            if (yaml.TryConsume<Scalar>(out var nothing))
            {
                Plain(nothing);
                if (nothing.Value is "" or "~" or "null")
                {
                    return;
                }
                throw Wrong(nothing, $"{what} must be a mapping, not a text");
            }
            if (yaml.Current is not MappingStart)
            {
                throw Wrong(yaml.Current!, $"{what} must be a mapping");
            }
            Plain(yaml.Consume<MappingStart>());
            HashSet<string> keys = new(StringComparer.Ordinal);
            while (!yaml.TryConsume<MappingEnd>(out _))
            {
                if (yaml.Current is not Scalar)
                {
                    throw Wrong(yaml.Current!, "a key must be a text");
                }
                var key = yaml.Consume<Scalar>();
                Plain(key);
                if (!keys.Add(key.Value))
                {
                    throw Wrong(key, $"'{key.Value}' is given twice in {what}");
                }
                entry(key.Value, key.Start);
            }
        }

        private string? Text(string key)
        {
            if (yaml.Current is not Scalar)
            {
                throw Wrong(yaml.Current!, $"{key} must be a text");
            }
            var scalar = yaml.Consume<Scalar>();
            Plain(scalar);
            return scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : scalar.Value;
        }

        private void Unknown(string key, Mark at)
        {
            _warnings.Add($"{file}, line {at.Line}: '{key}' is not known and was left out.");
            var depth = 0;
            do
            {
                var skipped = yaml.Consume<ParsingEvent>();
                if (skipped is AnchorAlias)
                {
                    throw Wrong(skipped, "anchors and aliases are not read");
                }
                if (skipped is NodeEvent node)
                {
                    Plain(node);
                }
                depth += skipped.NestingIncrease;
            }
            while (depth > 0);
        }

        // Anchors and aliases can grow a small file without end, and tags can name types.
        private static void Plain(NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
            {
                throw Wrong(node, "anchors and aliases are not read");
            }
            if (!node.Tag.IsEmpty)
            {
                throw Wrong(node, "tags are not read");
            }
        }

        private static YamlException Wrong(ParsingEvent at, string reason) => new(at.Start, at.End, reason);
    }
}
