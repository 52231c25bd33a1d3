using Wigwag.Core.Operations;

namespace Wigwag.Core.Messages;

/// <summary>What a category asks of the envelope.</summary>
internal static class EnvelopeRules
{
    /// <summary>True for the categories that recipients must acknowledge.</summary>
    public static bool MustBeAcknowledged(MessageCategory category) => category is MessageCategory.Handoff or MessageCategory.Blocked;

    /// <summary>Null for a message that carries what its category asks.</summary>
    public static Error? Refuse(NewMessage message) => message switch
    {
        { Category: MessageCategory.Handoff or MessageCategory.Blocked, Issue: null } => Error.Invalid(
            "issue_required",
            $"A {message.Category.Text()} within a project must name the issue it is about.",
            "Give issue, or create one first: create_issue, wigwag issue create."),
        { Category: MessageCategory.Blocked, Action: null } => Error.Invalid(
            "action_required",
            "A BLOCKED message must say which action would unblock its sender.",
            "Give action, for example \"release the lock on schema.sql\"."),
        { Category: MessageCategory.Blocked, Urgency: null } => Error.Invalid(
            "urgency_required",
            "A BLOCKED message must say how urgent it is.",
            "Give urgency: low, normal, high or critical."),
        { Category: MessageCategory.Handoff, NextOwner: null } => Error.Invalid(
            "next_owner_required",
            "A HANDOFF must say who goes on with the work.",
            "Give next_owner: an agent like main/beads, or a project whose agents may take it."),
        { AckWithin: { } within } when within <= TimeSpan.Zero || within > MessageLimits.LongestAckWithin => Error.Invalid(
            "bad_ack_within",
            $"An acknowledgement is asked within 1 second to {MessageLimits.LongestAckWithin.TotalDays} days.",
            "Give ack_within in seconds, for example 1800."),
        _ => null,
    };
}
