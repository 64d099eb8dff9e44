//! A database on every node of a Citus cluster.

use std::thread;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// The variable that names the coordinator of a cluster with at least two workers.
const VARIABLE: &str = "TEST_CITUS_URL";
/// The number of shards of a table: few, so that they are made soon.
const SHARDS: u16 = 8;

/// A database of one test on every node, dropped with this value.
pub struct Cluster {
    coordinator: Url,
    workers: Vec<Url>,
}

impl Cluster {
    /// Creates a database on every node that knows of all workers but the last.
    pub async fn start() -> Self {
        let cluster = Self::without_citus().await;
        cluster.add_citus().await;
        cluster
    }

    /// Creates a database on every node, without the extension at the coordinator.
    pub async fn without_citus() -> Self {
        let url = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!(
                "set {VARIABLE} to the URL of a superuser's database at the coordinator of a Citus cluster"
            )
        });
        let coordinator: Url = url.parse().expect("a URL");
        let mut connection = connect(&coordinator).await;
        let nodes: Vec<(String, i32)> = sqlx::query_as(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary' ORDER BY nodeid",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the database of the URL has Citus");
        assert!(
            nodes.len() >= 2,
            "the cluster has {} workers, and needs two",
            nodes.len()
        );
        let name: String = sqlx::query_scalar("SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let workers = nodes.iter().map(|(host, port)| {
            let mut worker = coordinator.clone();
            worker.set_host(Some(host)).unwrap();
            worker.set_port(Some(u16::try_from(*port).unwrap())).unwrap();
            worker
        });
        let mut cluster = Self {
            workers: workers.collect(),
            coordinator,
        };
        for node in cluster.nodes() {
            run(node, &format!("CREATE DATABASE {name}")).await;
        }
        for node in cluster.workers.iter_mut().chain([&mut cluster.coordinator]) {
            node.set_path(&name);
        }
        for worker in &cluster.workers {
            run(worker, "CREATE EXTENSION citus").await;
        }
        cluster
    }

    /// Adds the extension at the coordinator, and all workers but the last.
    pub async fn add_citus(&self) {
        let name = self.coordinator.path().trim_start_matches('/');
        for statement in [
            "CREATE EXTENSION citus".to_owned(),
            format!("ALTER DATABASE {name} SET citus.shard_count = {SHARDS}"),
            format!("ALTER DATABASE {name} SET citus.enable_stat_counters = on"),
            format!(
                "SELECT citus_set_coordinator_host({})",
                address(&self.coordinator)
            ),
        ] {
            run(&self.coordinator, &statement).await;
        }
        for worker in &self.workers[..self.workers.len() - 1] {
            self.add(worker).await;
        }
    }

    async fn add(&self, worker: &Url) {
        run(
            &self.coordinator,
            &format!("SELECT citus_add_node({})", address(worker)),
        )
        .await;
    }

    /// Adds the last worker, with what every node has.
    pub async fn add_last(&self) {
        self.add(self.last()).await;
        run(&self.coordinator, "SELECT replicate_reference_tables()").await;
    }

    /// Moves the shards of a tenant to a worker while they are written to.
    pub async fn move_tenant(&self, tenant: i32, to: &Url) {
        let mut connection = connect(&self.coordinator).await;
        let (shard, host, port): (i64, String, i32) = sqlx::query_as(
            "SELECT p.shardid, p.nodename, p.nodeport
               FROM pg_dist_shard_placement AS p
              WHERE p.shardid = get_shard_id_for_distribution_column('changes', $1)",
        )
        .bind(tenant)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        run(
            &self.coordinator,
            &format!(
                "SELECT citus_move_shard_placement({shard}, '{host}', {port}, {}, 'force_logical')",
                address(to)
            ),
        )
        .await;
    }

    /// The numbers of queries that ran on one shard, and on several, since the database was made.
    pub async fn executions(&self) -> (i64, i64) {
        sqlx::query_as(
            "SELECT CAST(SUM(query_execution_single_shard) AS BIGINT), CAST(SUM(query_execution_multi_shard) AS BIGINT)
               FROM citus_stat_counters
              WHERE name = current_database()",
        )
        .fetch_one(&mut connect(&self.coordinator).await)
        .await
        .unwrap()
    }

    /// The URL of the coordinator.
    pub const fn coordinator(&self) -> &Url {
        &self.coordinator
    }

    /// The URL of the first worker.
    pub fn first(&self) -> &Url {
        &self.workers[0]
    }

    /// The URL of the worker that is added last.
    pub fn last(&self) -> &Url {
        &self.workers[self.workers.len() - 1]
    }

    fn nodes(&self) -> impl Iterator<Item = &Url> {
        [&self.coordinator].into_iter().chain(&self.workers)
    }
}

/// The host and the port as arguments of Citus' functions.
fn address(node: &Url) -> String {
    format!("'{}', {}", node.host_str().unwrap(), node.port().unwrap_or(5432))
}

/// A connection to a node.
pub async fn connect(node: &Url) -> PgConnection {
    PgConnection::connect(node.as_str())
        .await
        .expect("the node answers")
}

/// Runs a statement on a node.
pub async fn run(node: &Url, statement: &str) {
    if let Err(error) = connect(node).await.execute(AssertSqlSafe(statement)).await {
        panic!("{statement}: {error}");
    }
}

impl Drop for Cluster {
    /// Drops the databases in a thread with a runtime of its own: the test's runtime cannot be awaited here. What the cluster
    /// keeps of one that is gone is dropped with it.
    fn drop(&mut self) {
        let nodes: Vec<Url> = self.nodes().cloned().collect();
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(async {
                for mut node in nodes {
                    let name = node.path().trim_start_matches('/').to_owned();
                    node.set_path("postgres");
                    run(&node, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
                }
            });
        });
        assert!(
            dropped.join().is_ok() || thread::panicking(),
            "a database is still there"
        );
    }
}
