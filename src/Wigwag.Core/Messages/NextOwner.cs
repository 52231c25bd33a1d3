using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>Who goes on with the work: nobody named, an agent's id, or a project's.</summary>
internal sealed record NextOwner(string? Written)
{
    public static async ValueTask<Result<NextOwner>> Find(Session session, string? name)
    {
        if (name is null)
        {
            return new NextOwner((string?)null);
        }
        if ((await RecipientBook.Find(session, name, project: null)).Try(out var owner, out var error) &&
            owner.Kind is RecipientKind.Agent or RecipientKind.Project or RecipientKind.Operator)
        {
            return new NextOwner(owner.Written);
        }
        return Error.NotFound(
            "unknown_next_owner",
            $"The next owner {Sanitize.Quote(name)} is no agent, project or human known here.",
            error?.Next ?? "Work passes to one: name an agent, or a project whose agents may take it.");
    }
}
