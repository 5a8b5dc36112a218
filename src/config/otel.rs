//! The variables that OpenTelemetry gives every program of a machine. They count where no key of ours is set.

use std::collections::BTreeMap;

/// The keys that the variables stand for.
pub(super) fn keys(environment: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
    // One that is empty counts as not set.
    let get = |name: &str| environment.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let either = |end: &str| {
        get(&format!("OTEL_EXPORTER_OTLP_TRACES_{end}")).or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{end}")))
    };
    let sampler = get("OTEL_TRACES_SAMPLER").unwrap_or_default();
    let is_off = get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || get("OTEL_TRACES_EXPORTER") == Some("none")
        || sampler == "always_off";
    let endpoint = get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").map(str::to_owned);
    let endpoint = endpoint.or_else(|| get("OTEL_EXPORTER_OTLP_ENDPOINT").map(below)).filter(|_| !is_off);
    let share = match sampler {
        "parentbased_always_off" => Some("0"),
        "traceidratio" | "parentbased_traceidratio" => get("OTEL_TRACES_SAMPLER_ARG"),
        _ => None,
    };
    let keys = [
        ("otlp_endpoint", endpoint),
        ("otlp_headers", either("HEADERS").map(str::to_owned)),
        ("otlp_timeout_ms", either("TIMEOUT").map(str::to_owned)),
        ("otlp_ca_file", either("CERTIFICATE").map(str::to_owned)),
        ("otlp_service_name", get("OTEL_SERVICE_NAME").map(str::to_owned)),
        ("otlp_resource_attributes", get("OTEL_RESOURCE_ATTRIBUTES").map(str::to_owned)),
        ("otlp_sample_ratio", share.map(str::to_owned)),
    ];
    keys.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Where traces go below a collector's address.
pub(super) fn below(endpoint: &str) -> String {
    format!("{}/v1/traces", endpoint.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Source};

    fn gathered(variables: &[(&str, &str)], file: &str) -> Config {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::gather(Some(file), variables, []).unwrap()
    }

    #[test]
    fn variables_count_where_no_key_is_set() {
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318/"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "700"),
            ("OTEL_SERVICE_NAME", "ward-7"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.5"),
        ];
        let config = gathered(&variables, "");
        assert_eq!(config.traces_to(), "http://all:4318/v1/traces");
        assert_eq!((config.otlp_headers.reveal(), config.otlp_timeout_ms), ("a=b", 700));
        assert_eq!(config.otlp_service_name, "ward-7");
        assert!(format!("{:?}", config.otlp_sample_ratio).contains("0.5"));
        assert_eq!(config.source("otlp_endpoint"), Source::OpenTelemetry);
        let config = gathered(&variables, "otlp_endpoint = \"https://ours\"\notlp_timeout_ms = 9");
        assert_eq!((config.traces_to().as_str(), config.otlp_timeout_ms), ("https://ours/v1/traces", 9));
        let whole = gathered(&[variables[0], ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://one/x")], "");
        assert_eq!(whole.traces_to(), "http://one/x");
    }

    #[test]
    fn what_is_switched_off_is_not_sent() {
        for (name, value) in [
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_TRACES_SAMPLER", "always_off"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        ] {
            let config = gathered(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"), (name, value)], "");
            assert_eq!(config.otlp_endpoint, "", "{name}");
        }
    }
}
