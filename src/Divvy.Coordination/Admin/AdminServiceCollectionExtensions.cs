using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.Coordination.Admin;

/// <summary>What the admin API needs of the web application it is mapped into.</summary>
public static class AdminServiceCollectionExtensions
{
    /// <summary>Adds the OpenAPI document <c>v1</c>, problem details and the JSON of the API.</summary>
    public static IServiceCollection AddAdminApi(this IServiceCollection services)
    {
        services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Divvy admin API";
            document.Info.Version = "v1";
            document.Info.Description = "Namespaces, instances, shards, plans and events of a Divvy cluster. Any server"
                + " answers for all; errors are application/problem+json.";
            return Task.CompletedTask;
        }));
        services.AddProblemDetails();
        services.Configure<JsonOptions>(json => json.SerializerOptions.TypeInfoResolver =
            JsonTypeInfoResolver.Combine(AdminJson.Default, json.SerializerOptions.TypeInfoResolver));
        return services;
    }
}
