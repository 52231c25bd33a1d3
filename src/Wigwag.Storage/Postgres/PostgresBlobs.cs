using Npgsql;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// Attachments' bytes in the database, where every server reaches them: in pieces by their place, each committed by itself so that a
/// long upload holds nobody up, and a row that names them once all are there. What a crash leaves behind is the beginning of the next
/// upload of the same bytes.
/// </summary>
public sealed class PostgresBlobs(PostgresStore store) : IBlobs
{
    private const int PieceBytes = 256 * 1024;

    /// <inheritdoc/>
    public async ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel)
    {
        if (!(await Spool.Of(content, limitBytes, cancel)).Try(out var spool, out var refusal))
        {
            return refusal;
        }
        await using (spool)
        {
            return await Keep(spool, cancel);
        }
    }

    private async ValueTask<Result<Blob>> Keep(Spool spool, CancellationToken cancel)
    {
        var blob = spool.Blob;
        var piece = new byte[PieceBytes];
        try
        {
            // Sent whether they are there or not: else the time would tell who else has them.
            for (long at = 0; await spool.File.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancel) is > 0 and var read; at += read)
            {
                await Execute(
                    "INSERT INTO blob_pieces (content_id, position, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    cancel,
                    Text(blob.Content.Value),
                    Number(at),
                    new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = piece.AsMemory(0, read) });
            }
            await Execute(
                "INSERT INTO blobs (content_id, size_bytes, media_type, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                cancel,
                Text(blob.Content.Value),
                Number(blob.SizeBytes),
                Text(blob.MediaType),
                Number(store.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
            return blob;
        }
        catch (StoreUnavailableException e)
        {
            return Error.Unavailable(
                e.IsDiskFull ? "disk_full" : "store_unavailable", $"The attachment was not kept: {e.Message}", "Send it again; nothing is kept twice.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Stream?> Open(ContentId content, CancellationToken cancel) =>
        await Find(content, cancel) is { } blob ? new Pieces(this, blob) : null;

    /// <inheritdoc/>
    public ValueTask<Blob?> Find(ContentId content, CancellationToken cancel) => Look(
        "SELECT size_bytes, media_type FROM blobs WHERE content_id = $1",
        reader => new Blob(content, reader.GetInt64(0), reader.GetString(1)),
        cancel,
        Text(content.Value));

    private ValueTask<byte[]?> Piece(ContentId content, long at, CancellationToken cancel) => Look(
        "SELECT bytes FROM blob_pieces WHERE content_id = $1 AND position = $2",
        reader => reader.GetFieldValue<byte[]>(0),
        cancel,
        Text(content.Value),
        Number(at));

    private async ValueTask Execute(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters) => await Use(
        store.Pools.Writers,
        async connection =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddRange(parameters);
            return await command.ExecuteNonQueryAsync(cancel);
        },
        cancel);

    private ValueTask<T?> Look<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel, params NpgsqlParameter[] parameters)
        where T : class => Use(
        store.Pools.Readers,
        async connection =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddRange(parameters);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            return await reader.ReadAsync(cancel) ? read(reader) : null;
        },
        cancel);

    // Every statement here can be repeated, so a lost connection is answered with one more try.
    private static async ValueTask<T> Use<T>(Pool pool, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancel)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await pool.With(Caller.System, use, cancel);
            }
            catch (Exception e) when (isFirst && Failure.IsConnection(e) && !cancel.IsCancellationRequested)
            {
                pool.Source.Clear();
            }
            catch (Exception e) when (Failure.Of(e) is var failure && failure != e)
            {
                cancel.ThrowIfCancellationRequested();
                throw failure;
            }
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };

    /// <summary>Kept bytes, read piece by piece.</summary>
    private sealed class Pieces(PostgresBlobs blobs, Blob blob) : ForwardStream
    {
        private ReadOnlyMemory<byte> _left;

        public override long Length => blob.SizeBytes;

        protected override async ValueTask<int> Next(Memory<byte> buffer, CancellationToken cancel)
        {
            if (_left.IsEmpty && Position < blob.SizeBytes)
            {
                _left = await blobs.Piece(blob.Content, Position, cancel)
                    ?? throw new StoreUnavailableException($"a piece of the attachment {blob.Content} is missing.");
            }
            var read = Math.Min(buffer.Length, _left.Length);
            _left[..read].CopyTo(buffer);
            _left = _left[read..];
            return read;
        }
    }
}
