//! The process as the operating system sees it, under the names that Prometheus' client libraries share.

use std::fmt;

use procfs::Current as _;
use procfs::process::{LimitValue, Process};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads `/proc/self` whenever metrics are written.
#[derive(Debug)]
pub struct ProcessCollector;

/// The numbers of a process.
struct Usage {
    cpu_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    open_descriptors: u64,
    most_descriptors: u64,
    threads: i64,
    started: f64,
}

impl Usage {
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of a process are far below 2^52 ticks"
    )]
    fn read() -> procfs::ProcResult<Self> {
        let process = Process::myself()?;
        let stat = process.stat()?;
        let ticks = procfs::ticks_per_second() as f64;
        let limit = process.limits()?.max_open_files.soft_limit;
        Ok(Self {
            cpu_seconds: (stat.utime + stat.stime) as f64 / ticks,
            resident_bytes: stat.rss * procfs::page_size(),
            virtual_bytes: stat.vsize,
            open_descriptors: u64::try_from(process.fd_count()?).unwrap_or(u64::MAX),
            most_descriptors: match limit {
                LimitValue::Value(most) => most,
                LimitValue::Unlimited => u64::MAX,
            },
            threads: stat.num_threads,
            started: procfs::boot_time_secs()? as f64 + stat.starttime as f64 / ticks,
        })
    }
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        // Without /proc there is nothing to tell.
        let Ok(usage) = Usage::read() else {
            return Ok(());
        };
        let mut write = |name, help, metric: &dyn Metric| metric.write(&mut encoder, name, help);
        write(
            "process_cpu_seconds",
            "Time of the processors that the process has used",
            &ConstCounter::new(usage.cpu_seconds),
        )?;
        write(
            "process_resident_memory_bytes",
            "Memory of the process that is in RAM",
            &ConstGauge::new(usage.resident_bytes),
        )?;
        write(
            "process_virtual_memory_bytes",
            "Memory that the process has mapped",
            &ConstGauge::new(usage.virtual_bytes),
        )?;
        write(
            "process_open_fds",
            "Open file descriptors",
            &ConstGauge::new(usage.open_descriptors),
        )?;
        write(
            "process_max_fds",
            "Most file descriptors that may be open",
            &ConstGauge::new(usage.most_descriptors),
        )?;
        write(
            "process_threads",
            "Threads of the process",
            &ConstGauge::new(usage.threads),
        )?;
        write(
            "process_start_time_seconds",
            "Start of the process, in seconds since 1970",
            &ConstGauge::new(usage.started),
        )
    }
}

/// The most descriptors that the process may open, if the system tells.
pub fn max_descriptors() -> Option<u64> {
    match Process::myself().ok()?.limits().ok()?.max_open_files.soft_limit {
        LimitValue::Value(most) => Some(most),
        LimitValue::Unlimited => Some(u64::MAX),
    }
}

/// The machine's memory, in bytes, if the system tells.
pub fn machine_memory() -> Option<u64> {
    Some(procfs::Meminfo::current().ok()?.mem_total)
}

/// A metric of any type that is read when metrics are written.
trait Metric {
    fn write(&self, to: &mut DescriptorEncoder<'_>, name: &str, help: &str) -> Result<(), fmt::Error>;
}

impl<M: EncodeMetric> Metric for M {
    fn write(&self, to: &mut DescriptorEncoder<'_>, name: &str, help: &str) -> Result<(), fmt::Error> {
        self.encode(to.encode_descriptor(name, help, None, self.metric_type())?)
    }
}
