using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>
/// Notes what the giving of a query's answer changes, such as that messages were delivered: behind the answer's back, so that a query
/// answers also from a store that cannot write. When too much is to be written at once the note is left out; a later one says the same.
/// </summary>
internal sealed class GivenAnswers(IStore store)
{
    private const int MostWrites = 16;

    private int _writes;

    public void Note(Operation operation, object answer, Caller caller)
    {
        if (caller.Agent is null || !operation.IsNoted(answer))
        {
            return;
        }
        if (Interlocked.Increment(ref _writes) > MostWrites)
        {
            Interlocked.Decrement(ref _writes);
            return;
        }
        _ = Write(operation, answer, caller);
    }

    private async Task Write(Operation operation, object answer, Caller caller)
    {
        try
        {
            await store.Write<object>(caller, async (session, _) =>
            {
                await operation.Note(session, answer);
                return answer;
            }, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The answer was given all the same; that it was is noted when the messages are listed or read again.
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }
}
