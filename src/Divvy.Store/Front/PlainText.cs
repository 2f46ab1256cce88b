using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front;

/// <summary>Answers in plain text, as Go's net/http gives them.</summary>
internal static class PlainText
{
    public const string ContentType = "text/plain; charset=utf-8";
    public const string MethodNotAllowed = "Method Not Allowed";

    /// <summary>An error: a line, whose type no browser is to guess.</summary>
    public static Task RefuseAsync(HttpResponse response, int status, string line)
    {
        response.StatusCode = status;
        response.Headers.XContentTypeOptions = "nosniff";
        return AnswerAsync(response, $"{line}\n");
    }

    public static Task AnswerAsync(HttpResponse response, string text, string contentType = ContentType)
    {
        response.ContentType = contentType;
        return response.WriteAsync(text, response.HttpContext.RequestAborted);
    }
}
