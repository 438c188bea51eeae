// bench http: a guarded, masked and audited read by key over HTTP beside a bare hello of the same
// server, both by the same load on loopback. Needs a filled demo city: its folder is the first
// argument.
#include <cstdio>
#include <string>
#include <vector>

#include "authorizer.h"
#include "guard/guard.h"
#include "http/hello.h"
#include "http/server.h"
#include "rooms.h"

namespace {

using namespace citybrain;

constexpr int connections = 64;

// The keys of the first rows of the registry, read through guard as any caller reads.
Result<std::vector<std::string>> keys_of(cli::City& city, const Principal& reader) {
  CB_TRY(const guard::ReadResult read,
         city.guard().read(
             {reader, "quality"},
             {.resource = "ent_registry", .columns = {"uscc"}, .limit = guard::Guard::rows_max}));
  std::vector<std::string> keys;
  for (std::size_t row = 0; row < read.batch.rows; ++row) {
    keys.emplace_back(read.batch.columns[0].text_at(row));
  }
  return keys;
}

Result<void> run(const std::string& data_dir) {
  cli::CityOptions options;
  options.data_dir = data_dir;
  options.demo = true;
  CB_TRY(const std::unique_ptr<cli::City> city, cli::City::open(options));
  CB_TRY(const guard::LoggedIn login,
         city->guard().identity().login({"steward", "citybrain-demo", "", "bench", "bench"}));
  cli::GuardAuthorizer authorizer(city->guard());
  std::vector<Room> rooms = city->rooms();
  Room hello;
  hello.name = "hello";
  hello.routes = {http::hello_route(true), http::hello_route(false)};
  rooms.push_back(hello);
  http::ServerOptions server_options;
  server_options.port = 0;
  server_options.workers = 64;  // they wait for durable audit entries most of the time
  http::Server server(server_options, rooms, authorizer);
  CB_DO(server.start());

  http::Load load;
  load.port = server.port();
  load.connections = connections;
  load.path = "/hello";
  load.duration = std::chrono::seconds(5);
  const http::LoadResult bare = http::run_load(load);
  load.path = "/hello/worker";
  const http::LoadResult worker = http::run_load(load);
  CB_TRY(const std::vector<std::string> keys, keys_of(*city, login.principal));
  for (const std::string& key : keys) {
    load.paths.push_back("/api/resources/ent_registry/records?purpose=quality&key=" + key);
  }
  load.headers = "Cookie: cb_session=" + login.secret + "\r\n";
  const http::LoadResult guarded = http::run_load(load);
  std::printf("guarded reads %lld, refused %lld, lost %lld, p50 %.0f us, p99 %.0f us\n",
              static_cast<long long>(guarded.replies), static_cast<long long>(guarded.refused),
              static_cast<long long>(guarded.failures), guarded.p50_us, guarded.p99_us);
  std::printf("hello through the workers %.0f/s\n", worker.per_second);
  std::printf("bench http ours=%.0f other=%.0f ratio=%.3f unit=requests/s\n", guarded.per_second,
              bare.per_second, guarded.per_second / bare.per_second);
  return ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: http_bench DATA_DIR (a filled demo city)\n");
    return 2;
  }
  const auto done = run(argv[1]);
  if (done) return 0;
  std::fprintf(stderr, "http_bench: %s\n", done.error().message.c_str());
  return 1;
}
