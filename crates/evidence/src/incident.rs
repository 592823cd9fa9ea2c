//! An incident as people reported it.

use crate::time::Time;

/// What is known of an incident from those who noticed it. Only the moment of noticing is required.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Incident {
    /// Its name in somebody's system.
    pub id: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// When users, or the first page, noticed.
    pub noticed_at: Time,
    /// Who or what noticed.
    pub noticed_by: Option<String>,
    /// The service that hurt.
    pub service: Option<String>,
    /// The metric that showed it.
    pub metric: Option<String>,
    /// In a sentence.
    pub summary: Option<String>,
    /// When it began, where somebody found out.
    pub started_at: Option<Time>,
    /// When it was over.
    pub resolved_at: Option<Time>,
    /// When somebody took the page.
    pub acknowledged_at: Option<Time>,
    /// When somebody did something.
    pub acted_at: Option<Time>,
    /// What people found it to be; never used to find it.
    pub cause: Option<String>,
}

impl Incident {
    /// An incident of which only the moment is known.
    pub fn at(noticed_at: Time) -> Incident {
        Incident { noticed_at, ..Incident::default() }
    }

    /// Whether a page is all that is known of the users' side.
    pub fn is_page_alone(&self) -> bool {
        let by = self.noticed_by.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.started_at.is_none() && ["page", "alert", "alarm", "monitor"].iter().any(|word| by.contains(word))
    }
}
