// Command twin is Portolan's relations controller built with controller-runtime. It is what Portolan's own runtime is
// measured against (hack/bench twins) and nothing else: it is never shipped.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"portolan.dev/twin/entity"
	"portolan.dev/twin/relations"
)

// Leader election as Portolan and client-go's own defaults have it.
const (
	leaseDuration = 15 * time.Second
	renewDeadline = 10 * time.Second
	retryPeriod   = 2 * time.Second
)

func main() {
	probes := flag.String("probe-address", "127.0.0.1:0", "address of /healthz and /readyz")
	elect := flag.Bool("leader-elect", false, "write only while holding the lease")
	// The flag --kubeconfig is controller-runtime's own.
	flag.Parse()
	logger := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	ctrl.SetLogger(logr.FromSlogHandler(logger.Handler()))
	if err := run(ctrl.SetupSignalHandler(), *probes, *elect); err != nil {
		logger.Error("failed", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, probes string, elect bool) error {
	scheme := runtime.NewScheme()
	if err := entity.AddToScheme(scheme); err != nil {
		return err
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	// No client-side rate limit, as in Portolan's transport.
	config.QPS = -1
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress:        probes,
		LeaderElection:                elect,
		LeaderElectionID:              "portolan-twin",
		LeaderElectionNamespace:       "portolan-system",
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 new(leaseDuration),
		RenewDeadline:                 new(renewDeadline),
		RetryPeriod:                   new(retryPeriod),
	})
	if err != nil {
		return err
	}
	if err := relations.AddIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	if err := relations.AddControllers(mgr); err != nil {
		return err
	}
	synced := &syncGate{}
	if err := errors.Join(
		mgr.Add(synced),
		mgr.AddReadyzCheck("synced", synced.check),
	); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// syncGate is started by the manager once its caches are synced, on a follower too.
type syncGate struct{ isSynced atomic.Bool }

var _ manager.LeaderElectionRunnable = (*syncGate)(nil)

func (g *syncGate) Start(ctx context.Context) error {
	g.isSynced.Store(true)
	<-ctx.Done()
	return nil
}

func (g *syncGate) NeedLeaderElection() bool { return false }

func (g *syncGate) check(*http.Request) error {
	if !g.isSynced.Load() {
		return errors.New("the caches are not synced yet")
	}
	return nil
}
