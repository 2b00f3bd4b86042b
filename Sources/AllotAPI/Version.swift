/// The release that this source tree makes.
public enum AllotVersion {
    /// Shown by `--version` and in `GET /v1/health`.
    public static let current = "0.1.0"
}
