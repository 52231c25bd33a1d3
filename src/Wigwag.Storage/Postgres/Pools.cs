namespace Wigwag.Storage.Postgres;

/// <summary>The connections of one server to its database, by what they are for.</summary>
internal sealed class Pools(PostgresAddress address, PostgresOptions options) : IAsyncDisposable
{
    /// <summary>Without sequential scans where they can be helped: they make a transaction conflict with every other on the table.</summary>
    public Pool Writers { get; } = new(address, options, "-c enable_seqscan=off");

    /// <summary>Their transactions cannot write.</summary>
    public Pool Readers { get; } = new(address, options, "-c default_transaction_read_only=on");

    /// <summary>For the two connections that listen and tell; what is told needs no fsync.</summary>
    public Pool Ears { get; } = new(address, options, "-c synchronous_commit=off", keep: false);

    /// <summary>For the tokens of limits, which must not wait for commands that wait; what is lost of them in a crash is no loss.</summary>
    public Pool Counters { get; } = new(address, options, "-c synchronous_commit=off", size: 2);

    /// <summary>Drops the idle connections, which a restart of the database has cut without a word.</summary>
    public void Clear()
    {
        Writers.Source.Clear();
        Readers.Source.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Writers.DisposeAsync();
        await Readers.DisposeAsync();
        await Counters.DisposeAsync();
        await Ears.DisposeAsync();
    }
}
