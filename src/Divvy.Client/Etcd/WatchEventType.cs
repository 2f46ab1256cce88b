namespace Divvy.Client.Etcd;

public enum WatchEventType
{
    Put,
    Delete,
}
