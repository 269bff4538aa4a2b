package relations

import (
	"context"
	"strings"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"portolan.dev/twin/entity"
)

// workersPerKind is what a composer of Portolan's has.
const workersPerKind = 8

// AddControllers adds one controller per kind. Each watches all kinds, since any entity may name any other.
func AddControllers(manager ctrl.Manager) error {
	for _, kind := range entity.Kinds {
		builder := ctrl.NewControllerManagedBy(manager).
			Named(strings.ToLower(kind.Name)).
			For(kind.New()).
			WithOptions(controller.Options{MaxConcurrentReconciles: workersPerKind, EnableWarmup: new(true)})
		for _, target := range entity.Kinds {
			builder = builder.Watches(target.New(), enqueueConcerned(manager.GetClient(), kind))
		}
		err := builder.Complete(&reconciler{
			client: manager.GetClient(),
			kind:   kind,
			grace:  newGraceClock(),
			now:    time.Now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// enqueueConcerned asks for those of one kind again whom it concerns that an entity comes or goes: they name it, or
// they claim the same reference.
func enqueueConcerned(reader client.Reader, kind entity.Kind) handler.EventHandler {
	enqueue := func(ctx context.Context, changed client.Object, queue queue) {
		ref := changed.(entity.Object).Ref()
		for _, index := range []string{byTarget, byRef} {
			objects, err := listed(ctx, reader, kind, index, ref, 0)
			if err != nil {
				ctrl.LoggerFrom(ctx).Error(err, "cannot read the cache", "ref", ref)
				return
			}
			for _, object := range objects {
				if object.GetUID() != changed.GetUID() {
					add(queue, client.ObjectKeyFromObject(object))
				}
			}
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, event event.CreateEvent, queue queue) {
			// Everything in the initial list is reconciled anyway, after the caches of all kinds have it.
			if !event.IsInInitialList {
				enqueue(ctx, event.Object, queue)
			}
		},
		DeleteFunc: func(ctx context.Context, event event.DeleteEvent, queue queue) {
			enqueue(ctx, event.Object, queue)
		},
	}
}

// add lets fan-out run below live changes.
func add(queue queue, key client.ObjectKey) {
	request := reconcile.Request{NamespacedName: key}
	if byPriority, ok := queue.(priorityqueue.PriorityQueue[reconcile.Request]); ok {
		byPriority.AddWithOpts(priorityqueue.AddOpts{Priority: new(handler.LowPriority)}, request)
		return
	}
	queue.Add(request)
}
