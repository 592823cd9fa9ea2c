//! What the usual names of fields mean: time, severity, message, service, instance, or something beside the message.
//!
//! Names as ECS, OpenTelemetry, GCP, zap, pino, bunyan, logrus, structlog, serilog, tracing and others write them, in
//! any case and with any of `.`, `_`, `-` between their words. Refuses to know how a record is written.

/// What a field is to a record. The smaller rank is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Time(u8),
    Severity(u8),
    /// The severity where it is a level's word or letter, else said: `status`, `s`.
    MaybeSeverity,
    /// OpenTelemetry's own number.
    SeverityNumber,
    Message(u8),
    /// The message where it is a text, else said: `line`, which others have for a number.
    MaybeMessage,
    Service(u8),
    Instance(u8),
    /// The id of the trace or request.
    Trace(u8),
    Thread(u8),
    /// The class, module or logger.
    Class(u8),
    /// The service in bunyan's and pino's records, and anything in others'.
    Name,
    /// Where and how it was written, not what: spans, processes, places in the code.
    Beside,
    /// Part of what the record says.
    Said,
}

/// Objects that only hold fields: their name is no part of a field's.
const CONTAINERS: &[&str] = &[
    "fields",
    "attributes",
    "attrs",
    "jsonpayload",
    "properties",
    "context",
    "resource",
    "extra",
    "extras",
    "data",
    "labels",
    "mdc",
    "record",
    "_source",
    "instant",
    "event_data",
    "result",
];
/// Objects that describe the place of writing.
const PLACES: &[&str] = &[
    "agent",
    "ecs",
    "input",
    "kubernetes",
    "k8s",
    "docker",
    "container",
    "cloud",
    "process",
    "host",
    "resource",
    "orchestrator",
    "telemetry",
    "source_location",
    "sourcelocation",
    "logging.googleapis.com/sourcelocation",
    "os",
    "mdc",
];
/// Longer names are nobody's usual ones.
const LONGEST: usize = 96;

/// The role of a field, by its path with dots between the names of nested objects.
pub(crate) fn role_of(path: &[u8]) -> Role {
    if path.len() > LONGEST {
        return Role::Said;
    }
    let lower = path.to_ascii_lowercase();
    let Ok(mut rest) = std::str::from_utf8(&lower) else { return Role::Said };
    // Extended JSON writes a time as an object: `{"$date": "…"}`.
    rest = rest.strip_suffix(".$date").unwrap_or(rest);
    loop {
        let plain: String = rest.chars().filter(|c| !matches!(c, '.' | '_' | '-')).collect();
        if let Some(role) = known(&plain) {
            return role;
        }
        match rest.split_once('.') {
            Some((first, inner)) if CONTAINERS.contains(&first) => rest = inner,
            Some((first, _)) if PLACES.contains(&first) => return Role::Beside,
            _ => break,
        }
    }
    // Elasticsearch's and the journal's own members.
    if lower.first() == Some(&b'_') {
        return Role::Beside;
    }
    let place =
        std::str::from_utf8(&lower).ok().and_then(|l| l.split_once('.')).is_some_and(|(f, _)| PLACES.contains(&f));
    if place { Role::Beside } else { Role::Said }
}

fn known(name: &str) -> Option<Role> {
    what(name).or_else(|| whose(name)).or_else(|| origin(name)).or_else(|| beside(name))
}

fn what(name: &str) -> Option<Role> {
    Some(match name {
        "timestamp" | "@timestamp" | "time" | "ts" | "t" | "datetime" | "@t" | "eventtime" | "asctime" | "logtime"
        | "timems" | "timemillis" | "timeunixnano" | "timestampms" | "realtimetimestamp" | "epoch" | "date"
        | "@timestampms" | "eventtimestamp" | "logtimestamp" | "dateandtime" | "timegenerated" | "timestamputc"
        | "datetimeutc" | "msgtime" | "timestampz" => Role::Time(0),
        "observedtimestamp"
        | "observedtimeunixnano"
        | "receivetimestamp"
        | "ingestiontime"
        | "created"
        | "createdat"
        | "instantepochsecond"
        | "epochsecond"
        | "sourcerealtimetimestamp"
        | "requestreceivedtimestamp"
        | "stagetimestamp"
        | "lasttimestamp"
        | "lasttime"
        | "timecreated"
        | "receivedat"
        | "loggedat"
        | "timelocal"
        | "timeiso8601" => Role::Time(1),
        "level" | "severity" | "loglevel" | "severitytext" | "lvl" | "levelname" | "@l" | "@level" | "logseverity"
        | "errorseverity" => Role::Severity(0),
        "levelno" | "priority" | "syslogseverity" | "levelvalue" | "loglevelname" => Role::Severity(1),
        "severitylevel" => Role::Severity(3),
        "severitynumber" => Role::SeverityNumber,
        "status" | "s" | "type" => Role::MaybeSeverity,
        "message" | "msg" | "@message" | "@m" | "textpayload" | "shortmessage" | "logmessage" | "renderedmessage"
        | "bodystringvalue" => Role::Message(0),
        "body" | "log" | "text" | "raw" | "@mt" | "messagetemplate" | "formattedmessage" => Role::Message(1),
        "line" => Role::MaybeMessage,
        "event" | "content" | "fullmessage" | "description" | "eventname" => Role::Message(2),
        _ => return None,
    })
}

fn whose(name: &str) -> Option<Role> {
    Some(match name {
        "servicename" | "service" => Role::Service(0),
        "app" | "application" | "appname" | "applicationname" | "otelservicename" | "ddservice" | "microservice"
        | "cloudrolename" => Role::Service(1),
        "k8sdeploymentname"
        | "kubernetesdeploymentname"
        | "kuberneteslabelsapp"
        | "labelsapp"
        | "kubernetesdeployment"
        | "kuberneteslabelsapp/kubernetesio/name"
        | "kuberneteslabelsappkubernetesio/name" => Role::Service(2),
        "containername"
        | "kubernetescontainername"
        | "k8scontainername"
        | "container"
        | "resourcelabelscontainername" => Role::Service(3),
        "program" | "syslogidentifier" | "syslogappname" | "identifier" => Role::Service(4),
        "name" => Role::Name,
        "serviceinstanceid"
        | "pod"
        | "podname"
        | "kubernetespodname"
        | "k8spodname"
        | "kubernetespod"
        | "k8spod"
        | "resourcelabelspodname"
        | "cloudroleinstance" => Role::Instance(0),
        "instance" | "instanceid" | "instancename" | "replica" => Role::Instance(1),
        "hostname" | "host" | "hosthostname" | "node" | "nodename" | "servername" | "machine" | "machinename"
        | "agenthostname" | "k8snodename" | "kubernetesnodename" | "kuberneteshost" => Role::Instance(2),
        "containerid" | "dockercontainerid" => Role::Instance(3),
        _ => return None,
    })
}

/// Where in the program a record was written, and on whose behalf.
fn origin(name: &str) -> Option<Role> {
    Some(match name {
        "traceid" | "ddtraceid" | "xraytraceid" | "logginggoogleapiscom/trace" | "@tr" | "oteltraceid" => {
            Role::Trace(0)
        }
        "trace" | "traceparent" => Role::Trace(1),
        "correlationid" | "xcorrelationid" => Role::Trace(2),
        "requestid" | "reqid" | "xrequestid" => Role::Trace(3),
        "threadname" | "thread" => Role::Thread(0),
        "loggerthread" | "tid" | "threadid" => Role::Thread(1),
        "logger" | "loggername" | "loglogger" | "sourcecontext" => Role::Class(0),
        "@module" | "modulename" | "module" | "target" | "instrumentationscopename" | "scopename" => Role::Class(1),
        _ => return None,
    })
}

/// Where and how a record was written.
const BESIDE: &[&str] = &[
    "spanid",
    "parentspanid",
    "parentid",
    "traceflags",
    "transactionid",
    "tracesampled",
    "span",
    "ddspanid",
    "logginggoogleapiscom/spanid",
    "logginggoogleapiscom/tracesampled",
    "insertid",
    "logname",
    "ecsversion",
    "@version",
    "version@",
    "v",
    "@i",
    "pid",
    "processid",
    "@caller",
    "caller",
    "callerfile",
    "callerfunc",
    "loggerfqcn",
    "lineno",
    "linenumber",
    "filename",
    "funcname",
    "funcfile",
    "logoriginfilename",
    "logoriginfileline",
    "logoriginfunction",
    "logfilepath",
    "logoffset",
    "stacktrace",
    "stack",
    "errorstacktrace",
    "errorstack",
    "exceptionstacktrace",
    "errstack",
    "exceptionstack",
    "thrown",
    "seq",
    "sequence",
    "sequencenumber",
    "eventoriginal",
    "flags",
    "droppedattributescount",
    "threadpriority",
    "endofbatch",
    "instantnanoofsecond",
    "eventsequence",
    "stream",
    "@x",
    "@r",
    "@sp",
    "@logstream",
    "@ptr",
    "@log",
    "logstreamname",
    "logstream",
    "codefile",
    "codeline",
    "codefunc",
    "codefunction",
    "syslogfacility",
    "syslogpid",
    "syslogtimestamp",
    "syslograw",
    "invocationid",
    "ctx",
    "nanoofsecond",
    "threadcontext",
    "pathname",
    "relativecreated",
    "msecs",
    "timestampdesc",
];

fn beside(name: &str) -> Option<Role> {
    BESIDE.contains(&name).then_some(Role::Beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_have_their_roles_however_they_are_joined() {
        for (name, role) in [
            ("@timestamp", Role::Time(0)),
            ("service.name", Role::Service(0)),
            ("service_name", Role::Service(0)),
            ("serviceName", Role::Service(0)),
            ("resource.attributes.service.name", Role::Service(0)),
            ("kubernetes.pod_name", Role::Instance(0)),
            ("host.name", Role::Instance(2)),
            ("log.level", Role::Severity(0)),
            ("fields.message", Role::Message(0)),
            ("jsonPayload.message", Role::Message(0)),
            ("trace.id", Role::Trace(0)),
            ("thread_name", Role::Thread(0)),
            ("log.logger", Role::Class(0)),
            ("kubernetes.labels.team", Role::Beside),
            ("agent.version", Role::Beside),
            ("http.status", Role::Said),
            ("error", Role::Said),
            ("", Role::Said),
        ] {
            assert_eq!(role_of(name.as_bytes()), role, "{name}");
        }
    }
}
