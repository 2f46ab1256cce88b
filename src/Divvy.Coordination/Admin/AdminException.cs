namespace Divvy.Coordination.Admin;

/// <summary>A request that is answered with a problem (RFC 9457).</summary>
internal sealed class AdminException(int status, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Title => title;

    public static AdminException BadRequest(string detail) => new(400, "The request is not understood", detail);

    public static AdminException NotFound(string detail) => new(404, "Not found", detail);

    public static AdminException Conflict(string detail) => new(409, "Not possible in the present state", detail);
}
