using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Attachments;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Moving;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>A store that uses every feature, table by table: as it is backed up and restored, and as it moves to PostgreSQL.</summary>
public sealed class EveryTableTests : IDisposable
{
    // What a restore says of itself.
    private static readonly string[] OfRestore = ["restored_at", "lease_token_floor", "lost_places"];

    // Of one engine alone: what makes numbers and indexes, attachments' bytes, and what is counted for a moment.
    private static readonly string[] OfPostgres = ["seq_base", "messages_words", "blobs", "blob_pieces", "shared_tokens"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _folder["home/wigwag.db"];

    private string Blobs => _folder["home/blobs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_table_and_every_column_has_a_value_in_the_store_that_is_backed_up()
    {
        await using var store = SqliteStore.Open(Database);
        await using var all = await EveryFeature.In(store, FileBlobs.Open(Blobs));

        var rows = TableRows.OfSqlite(Database);

        Assert.Equal([], rows.Where(table => table.Value.Count == 0).Select(table => $"{table.Key}: let EveryFeature.cs do what leaves a row in it"));
        Assert.Equal(
            [],
            rows.SelectMany(table => table.Value[0].Keys.Where(column => table.Value.All(row => row[column] is null)).Select(
                column => $"{table.Key}.{column}: let EveryFeature.cs do what leaves a value in it")));
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backup.tar")]
    public async Task Every_row_and_every_attachment_comes_back_from_a_backup(string name)
    {
        Dictionary<string, List<Dictionary<string, string?>>> before;
        await using (var store = SqliteStore.Open(Database))
        await using (var all = await EveryFeature.In(store, FileBlobs.Open(Blobs)))
        {
            await SqliteBackup.Write(store, Blobs, _folder[name], Stop);
            before = TableRows.OfSqlite(Database);
        }

        await SqliteBackup.Restore(_folder[name], _folder["other/wigwag.db"], _folder["other/blobs"], cancel: Stop);

        AssertSame(before, TableRows.OfSqlite(_folder["other/wigwag.db"]));
        Assert.Equal(Files(Blobs), Files(_folder["other/blobs"]));
        await using var restored = SqliteStore.Open(_folder["other/wigwag.db"]);
        await using var again = await EveryFeature.In(restored, FileBlobs.Open(_folder["other/blobs"]));
    }

    [Fact]
    public async Task Every_row_comes_back_from_a_recovery_of_a_database_that_is_whole()
    {
        await using (var store = SqliteStore.Open(Database))
        await using (var all = await EveryFeature.In(store, FileBlobs.Open(Blobs)))
        {
        }
        var before = TableRows.OfSqlite(Database);

        var recovered = Recovery.Run(Database, Blobs);

        Assert.True(recovered.IsWhole, string.Join(", ", recovered.Tables.Where(table => table.Lost > 0 || !table.IsWhole)));
        // Indexes of words are made anew.
        static Dictionary<string, List<Dictionary<string, string?>>> Kept(Dictionary<string, List<Dictionary<string, string?>>> rows) => rows
            .Where(table => table.Key != "schema_migrations" && !table.Key.StartsWith("messages_", StringComparison.Ordinal) && !table.Key.StartsWith("sqlite_stat", StringComparison.Ordinal)).ToDictionary();
        AssertSame(Kept(before), Kept(TableRows.OfSqlite(Database)));
    }

    [Fact]
    public async Task A_backup_of_the_first_release_is_restored()
    {
        await using (var packed = new GZipStream(typeof(EveryTableTests).Assembly.GetManifestResourceStream("backup-of-0.1.tar.gz")!, CompressionMode.Decompress))
        await using (var tar = File.Create(_folder["old.tar"]))
        {
            await packed.CopyToAsync(tar, Stop);
        }
        await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(_folder["old.tar"], Directory.CreateDirectory(_folder["old"]).FullName, overwriteFiles: false, Stop);
        var before = TableRows.OfSqlite(_folder["old/wigwag.db"]);

        await SqliteBackup.Restore(_folder["old.tar"], Database, Blobs, cancel: Stop);

        var after = TableRows.OfSqlite(Database);
        // Columns that came since are not compared, nor are the migrations that ran.
        var known = after.Where(table => before.ContainsKey(table.Key) && table.Key != "schema_migrations").ToDictionary(
            table => table.Key,
            table => table.Value.ConvertAll(row => row.Where(column => before[table.Key].Count == 0 || before[table.Key][0].ContainsKey(column.Key)).ToDictionary()));
        AssertSame(before.Where(table => known.ContainsKey(table.Key)).ToDictionary(), known);
        Assert.NotEmpty(after["issue_dependencies"]);
        Assert.Equal(Files(_folder["old/blobs"]), Files(Blobs));
        await using var store = SqliteStore.Open(Database);
    }

    [Fact]
    public async Task Every_row_and_every_attachment_moves_to_PostgreSQL()
    {
        var cluster = await PostgresCluster.Shared;
        var name = await cluster.EmptyDatabase();
        try
        {
            Dictionary<string, List<Dictionary<string, string?>>> before;
            EveryFeature all;
            await using (var store = SqliteStore.Open(Database))
            {
                all = await EveryFeature.In(store, FileBlobs.Open(Blobs));
                await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop); // with the commands that wait
                await all.DisposeAsync();
            }
            await SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop);
            before = TableRows.OfSqlite(Database);
            await using (var source = SqliteStore.Open(Database))
            await using (var target = await PostgresStore.OpenForMove(cluster.Address(name), Stop))
            {
                await DatabaseMove.Run(Database, FileBlobs.Open(Blobs), target, new PostgresBlobs(target), _ => { }, Stop);
                before = TableRows.OfSqlite(Database);
            }

            await using var moved = await PostgresStore.Open(cluster.Address(name), cancel: Stop);
            var after = await TableRows.OfPostgres(moved);
            string[] ofOne = [.. OfPostgres, "schema_migrations"];
            AssertSame(
                before.Where(table => !ofOne.Contains(table.Key) && !table.Key.StartsWith("sqlite_", StringComparison.Ordinal)
                    && !table.Key.StartsWith("messages_", StringComparison.Ordinal)).ToDictionary(),
                after.Where(table => !ofOne.Contains(table.Key)).ToDictionary());
            var read = await new Dispatcher(moved, new PostgresBlobs(moved)).Run(
                GetAttachment.Operation, new() { MessageId = all.Sent.MessageId, Name = "trace.txt" }, all.Dave, cancel: Stop);
            Assert.Equal("at Parser.Next()", read.Value.Text);
        }
        finally
        {
            await cluster.Drop(name);
        }
    }

    [Fact]
    public async Task In_every_table_of_SQLite_the_columns_of_the_key_come_first()
    {
        await using var store = SqliteStore.Open(Database);
        var shapes = Shapes();

        Assert.Equal([], shapes.Where(shape => !shape.Columns.Take(shape.Key.Count).Select(column => column.Name).SequenceEqual(shape.Key)).Select(shape => shape.Name));
        Assert.Equal([], shapes.Where(shape => shape.Key.Count == 0).Select(shape => $"{shape.Name} has no key"));
    }

    [Fact]
    public async Task Both_engines_have_the_same_tables_with_the_same_columns_and_keys()
    {
        await using var store = SqliteStore.Open(Database);
        var cluster = await PostgresCluster.Shared;
        var name = await cluster.Database();
        await using var other = await PostgresStore.Open(cluster.Address(name), cancel: Stop);
        await using var connection = await other.Pools.Writers.Source.OpenConnectionAsync(Stop);
        await using var select = new Npgsql.NpgsqlCommand(
            """
            SELECT c.relname::text, string_agg(a.attname || ' ' || format_type(a.atttypid, NULL) || ' ' || a.attnotnull, ', ' ORDER BY a.attname),
              (SELECT string_agg(k.attname, ', ' ORDER BY array_position(i.indkey::int[], k.attnum::int)) FROM pg_index i
               JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            GROUP BY c.oid, c.relname
            """,
            connection);
        var there = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using (var reader = await select.ExecuteReaderAsync(Stop))
        {
            while (await reader.ReadAsync(Stop))
            {
                there[reader.GetString(0)] = $"({reader.GetString(2 - 1)}) by ({(await reader.IsDBNullAsync(2, Stop) ? "" : reader.GetString(2))})";
            }
        }
        var here = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var shape in Shapes())
        {
            var columns = shape.Columns.OrderBy(column => column.Name, StringComparer.Ordinal).Select(
                column => $"{column.Name} {(column.IsText ? "text" : "bigint")} {(Required(shape.Name).Contains(column.Name) || shape.Key.Contains(column.Name) ? "true" : "false")}");
            here[shape.Name] = $"({string.Join(", ", columns)}) by ({string.Join(", ", shape.Key)})";
        }

        Assert.Equal(here, there.Where(table => !OfPostgres.Contains(table.Key) && table.Key != "schema_migrations"));
    }

    private static void AssertSame(
        Dictionary<string, List<Dictionary<string, string?>>> expected, Dictionary<string, List<Dictionary<string, string?>>> found)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (var (table, rows) in expected.Where(table => table.Key != "sqlite_sequence"))
        {
            bool IsState(Dictionary<string, string?> row) => table != "meta" || !OfRestore.Contains(row["name"]!.Trim('\''));
            Assert.Equal(TableRows.Lines([.. rows.Where(IsState)]), TableRows.Lines([.. found[table].Where(IsState)]));
        }
    }

    private static IEnumerable<(string, string)> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => (Path.GetRelativePath(folder, file), Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))))).Order();

    private List<TableShape> Shapes()
    {
        using var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return TableShape.Of(connection);
    }

    private List<string> Required(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT name FROM pragma_table_info('{table}') WHERE \"notnull\" = 1";
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return names;
    }
}
