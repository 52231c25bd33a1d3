using Wigwag.Core.Operations;

namespace Wigwag.Core.Keys;

/// <summary>Who may make, see and revoke which keys.</summary>
internal static class KeyRules
{
    /// <summary>True when the caller may see and revoke a key: it reaches no further than theirs, and an operator's own people hold it.</summary>
    public static bool Manages(Caller caller, Key key) => ReachesNoFurther(caller, key) && caller.Role switch
    {
        Role.Administrator => true,
        Role.Operator => key.KeyId.Value == caller.Credential
            || (key.Role < Role.Operator && (key.CreatedBy == caller.Credential || (key.Operator is not null && key.Operator == caller.Operator))),
        _ => false,
    };

    private static bool ReachesNoFurther(Caller caller, Key key) =>
        caller.Projects is null || (key.Projects is { } projects && projects.All(caller.Reaches));
}
