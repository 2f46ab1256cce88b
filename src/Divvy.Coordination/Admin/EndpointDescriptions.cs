using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Divvy.Coordination.Admin;

/// <summary>What the OpenAPI document says of an endpoint.</summary>
internal static class EndpointDescriptions
{
    public static RouteHandlerBuilder Describe<TResponse>(
        this RouteHandlerBuilder builder, string tag, string summary, int status = StatusCodes.Status200OK) =>
        builder.WithTags(tag).WithSummary(summary)
            .Produces<TResponse>(status)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
