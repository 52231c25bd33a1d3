using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Messages;

/// <summary>One corpus in both engines; a search finds the same in both, in the same order.</summary>
public sealed class SearchOnBothTests(SearchOnBothTests.Corpus corpus) : IClassFixture<SearchOnBothTests.Corpus>
{
    public static readonly TheoryData<string, string[]> Queries = new()
    {
        { "crash", ["Parser crash", "Crashes at night", "Nightly build"] },
        { "crashing parser", ["Parser crash"] },
        { "\"stack overflow\"", ["Parser crash"] },
        { "\"overflow stack\"", [] },
        { "pars*", ["Parsing of dates", "Parser crash"] },
        { "crash -parser", ["Crashes at night", "Nightly build"] },
        { "src/parser/Lexer.cs", ["Parser crash"] },
        { "exerTok", ["Tokens"] },
        { "LexerTokenKind", ["Tokens"] },
        { "cafe", ["Café menu"] },
        { "CAFÉ", ["Café menu"] },
        { "the of", ["Parsing of dates"] },
        { "it's a \"trap", ["Punctuation"] },
        { "' OR 1=1 --", [] },
        { "a & b | !c <-> d:*", [] },
        { "category:BLOCKED", ["Parser crash"] },
        { "crash from:dave/vc before:2020-01-01", [] },
        { "schlüssel", ["Schlüssel"] },
        { "日本語", ["Unicode"] },
        { "zzzz", [] },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_search_finds_the_same_in_both_engines(string query, string[] subjects)
    {
        foreach (var (engine, dispatcher) in corpus.Engines)
        {
            var found = (await dispatcher.Run(SearchMessages.Operation, new() { Query = query }, corpus.Reader, cancel: TestContext.Current.CancellationToken)).Value;
            Assert.True(
                subjects.SequenceEqual(found.Matches.Select(match => match.Message.Subject)),
                $"{engine}: {string.Join(", ", found.Matches.Select(match => match.Message.Subject))}");
        }
    }

    /// <summary>The same messages, sent in the same order.</summary>
    public sealed class Corpus : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private readonly List<IStore> _stores = [];
        private string _database = "";

        internal List<(string Engine, Dispatcher Dispatcher)> Engines { get; } = [];

        internal Caller Reader { get; private set; } = World.Local;

        public async ValueTask InitializeAsync()
        {
            var cluster = await PostgresCluster.Shared;
            _database = await cluster.Database();
            _stores.AddRange([SqliteStore.Open(_folder["wigwag.db"]), await PostgresStore.Open(cluster.Address(_database))]);
            foreach (var store in _stores)
            {
                var dispatcher = new Dispatcher(store, TestEngine.Blobs(_folder, store));
                Engines.Add((store.Dialect.Name, dispatcher));
                var dave = World.As((await dispatcher.Run(RegisterAgent.Operation, World.Clone(World.Vc, "/src/dave/vc", "dave"), World.Local)).Value);
                Reader = World.As((await dispatcher.Run(RegisterAgent.Operation, World.Clone(World.Beads, "/src/beads"), World.Local)).Value);
                async Task Send(string subject, string body = "", MessageCategory category = MessageCategory.Info)
                {
                    var sent = await dispatcher.Run(
                        SendMessage.Operation,
                        new()
                        {
                            To = "main/beads",
                            Subject = subject,
                            Body = body,
                            Category = category,
                            Action = category == MessageCategory.Blocked ? "Mend it" : null,
                            Urgency = category == MessageCategory.Blocked ? Urgency.High : null,
                        },
                        dave);
                    Assert.True(sent.Error is null, sent.Error?.ToString());
                }
                await Send("Nightly build", "It crashed again, as it does.");
                await Send("Crashes at night");
                await Send("Parser crash", "A stack overflow in src/parser/Lexer.cs:120", MessageCategory.Blocked);
                await Send("Tokens", "See LexerTokenKind in the grammar.");
                await Send("Parsing of dates", "The order of day and month.");
                await Send("Café menu");
                await Send("Punctuation", "It's a \"trap\": <b>&amp;</b>");
                await Send("Schlüssel", "Der Schlüssel fehlt.");
                await Send("Unicode", "日本語 テキスト");
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var store in _stores)
            {
                await store.DisposeAsync();
            }
            await (await PostgresCluster.Shared).Drop(_database);
            _folder.Dispose();
        }
    }
}
