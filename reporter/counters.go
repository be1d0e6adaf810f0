package reporter

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// counters hold no label that tells of a person or a community: whoever reads
// the metrics learns how the intake does, not who writes to whom.
type counters struct {
	acknowledged prometheus.Counter
	refused      *prometheus.CounterVec
}

func newCounters(registry prometheus.Registerer) counters {
	c := counters{
		acknowledged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_reports_acknowledged_total",
			Help: "Requests answered with a receipt, a repeated one each time.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_reports_refused_total",
			Help: "Requests to report that were refused, by HTTP status.",
		}, []string{"status"}),
	}
	if registry != nil {
		registry.MustRegister(c.acknowledged, c.refused)
	}
	return c
}

// count counts refusals. What is acknowledged is counted where it is known:
// the form also answers 200 to a change of language.
func (c counters) count(g *gin.Context) {
	g.Next()
	if status := g.Writer.Status(); status >= http.StatusBadRequest {
		c.refused.WithLabelValues(strconv.Itoa(status)).Inc()
	}
}
