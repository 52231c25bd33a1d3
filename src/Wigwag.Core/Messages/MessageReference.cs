using System.ComponentModel;

namespace Wigwag.Core.Messages;

/// <summary>One message, by its id.</summary>
public sealed record MessageReference
{
    [Description("The message's id, for example m-4k7q2m9xw3.")]
    public required MessageId MessageId { get; init; }
}
