using System.Text.Json.Serialization;
using Wigwag.Core.Attachments;

namespace Wigwag.Client;

/// <summary>Bytes that the server keeps; a message sent with their <see cref="ContentId"/> carries them.</summary>
public sealed record Uploaded
{
    [JsonRequired]
    public ContentId ContentId { get; init; }

    [JsonRequired]
    public long SizeBytes { get; init; }

    /// <summary>Sniffed from the bytes.</summary>
    [JsonRequired]
    public string MediaType { get; init; } = "";
}

/// <summary>An attachment on its way here; dispose it when read.</summary>
public sealed class Download : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;

    internal Download(HttpResponseMessage response, Stream content) => (_response, Content) = (response, content);

    /// <summary>Its bytes, as they arrive.</summary>
    public Stream Content { get; }

    /// <summary>How many will come, when the server says.</summary>
    public long? SizeBytes => _response.Content.Headers.ContentLength;

    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        _response.Dispose();
    }
}
